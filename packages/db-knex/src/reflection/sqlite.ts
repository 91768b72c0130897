/** @see https://www.sqlite.org/pragma.html#pragma_table_xinfo */
import type { Ask, ReflectedForeignKey, ReflectedIndex, ReflectedTable } from './table';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}

export async function reflectSqlite(ask: Ask): Promise<ReflectedTable[]> {
  const tables = await ask<{ name: string; sql: string }>(
    "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
  );
  const reflected: ReflectedTable[] = [];
  for (const { name, sql } of tables) {
    const columns = await ask<Column>(
      'select name, type, "notnull", dflt_value, pk from pragma_table_info(?) order by cid',
      [name],
    );
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    // An INTEGER PRIMARY KEY is the row's number, which is never null.
    const rowid =
      key.length === 1 && /^integer$/i.test((key[0] as Column).type) ? key[0] : undefined;
    reflected.push({
      name,
      columns: columns.map((column) => ({
        name: column.name,
        type: column.type.toLowerCase(),
        nullable: column.notnull === 0 && column !== rowid,
        default: column.dflt_value,
        autoIncrement: column === rowid && /\bautoincrement\b/i.test(sql),
      })),
      primaryKey: key.map((column) => column.name),
      foreignKeys: await foreignKeys(ask, name),
      indexes: await indexes(ask, name),
    });
  }
  return reflected;
}

async function foreignKeys(ask: Ask, table: string): Promise<ReflectedForeignKey[]> {
  const rows = await ask<{
    id: number;
    table: string;
    from: string;
    to: string | null;
    on_delete: string;
    on_update: string;
  }>(
    'select id, "table", "from", "to", on_delete, on_update from pragma_foreign_key_list(?) order by id desc, seq',
    [table],
  );
  return [...new Set(rows.map(({ id }) => id))].map((id) => {
    const own = rows.filter((row) => row.id === id);
    const [first] = own as [(typeof rows)[number]];
    return {
      name: null,
      columns: own.map((row) => row.from),
      table: first.table,
      references: own.map((row) => row.to ?? 'id'),
      onDelete: first.on_delete,
      onUpdate: first.on_update,
    };
  });
}

async function indexes(ask: Ask, table: string): Promise<ReflectedIndex[]> {
  const rows = await ask<{ index: string; unique: number; column: string }>(
    `select l.name as "index", l."unique", i.name as "column"
     from pragma_index_list(?) l, pragma_index_info(l.name) i where l.origin <> 'pk' order by l.name, i.seqno`,
    [table],
  );
  return [...new Set(rows.map(({ index }) => index))].map((name) => {
    const own = rows.filter((row) => row.index === name);
    return { name, columns: own.map((row) => row.column), unique: own[0]?.unique === 1 };
  });
}

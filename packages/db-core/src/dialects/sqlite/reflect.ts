/** @see https://www.sqlite.org/pragma.html#pragma_table_xinfo */
import type { Ask, ReflectedForeignKey, ReflectedIndex, ReflectedTable } from '../reflected-table';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
  /** 2 and 3: computed. */
  readonly hidden: number;
}

interface ForeignKeyColumn {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
  readonly on_delete: string;
  readonly on_update: string;
}

interface IndexPart {
  readonly index: string;
  readonly unique: number;
  readonly origin: string;
  readonly partial: number;
  readonly column: string | null;
  readonly descending: number;
  readonly sql: string | null;
}

export async function reflectSqlite(ask: Ask): Promise<ReflectedTable[]> {
  const tables = await ask<{ name: string; sql: string }>(
    "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
  );
  const reflected: ReflectedTable[] = [];
  for (const { name, sql } of tables) {
    const columns = await columnsOf(ask, name);
    const key = keyOf(columns);
    // An INTEGER PRIMARY KEY is the row's number, which is never null.
    const rowid =
      key.length === 1 && /^integer$/i.test((key[0] as Column).type) ? key[0] : undefined;
    reflected.push({
      name,
      columns: columns.map((column) => ({
        name: column.name,
        type: column.type.toLowerCase().replace(/ generated always$/, ''),
        nullable: column.notnull === 0 && column !== rowid,
        default: column.dflt_value,
        autoIncrement: column === rowid && /\bautoincrement\b/i.test(sql),
        generated: column.hidden > 1,
        collation: null,
        values: null,
      })),
      primaryKey: key.map((column) => column.name),
      foreignKeys: await foreignKeys(ask, name),
      indexes: await indexes(ask, name),
    });
  }
  return reflected;
}

function columnsOf(ask: Ask, table: string): Promise<Column[]> {
  return ask<Column>(
    'select name, type, "notnull", dflt_value, pk, hidden from pragma_table_xinfo(?) where hidden <> 1 order by cid',
    [table],
  );
}

function keyOf(columns: readonly Column[]): Column[] {
  return columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
}

async function foreignKeys(ask: Ask, table: string): Promise<ReflectedForeignKey[]> {
  const rows = await ask<ForeignKeyColumn>(
    'select id, "table", "from", "to", on_delete, on_update from pragma_foreign_key_list(?) order by id desc, seq',
    [table],
  );
  const keys: ReflectedForeignKey[] = [];
  for (const id of new Set(rows.map((row) => row.id))) {
    const own = rows.filter((row) => row.id === id);
    const [first] = own as [ForeignKeyColumn];
    // `references users` alone means the primary key of users.
    const implied = first.to === null ? keyOf(await columnsOf(ask, first.table)) : [];
    keys.push({
      name: null,
      columns: own.map((row) => row.from),
      table: first.table,
      references: own.map((row, i) => row.to ?? implied[i]?.name ?? row.from),
      onDelete: first.on_delete,
      onUpdate: first.on_update,
    });
  }
  return keys;
}

async function indexes(ask: Ask, table: string): Promise<ReflectedIndex[]> {
  const parts = await ask<IndexPart>(
    `select l.name as "index", l."unique", l.origin, l.partial, i.name as "column", i."desc" as descending, m.sql
     from pragma_index_list(?) l, pragma_index_xinfo(l.name) i left join sqlite_master m on m.type = 'index' and m.name = l.name
     where l.origin <> 'pk' and i.key = 1 order by l.name, i.seqno`,
    [table],
  );
  return [...new Set(parts.map(({ index }) => index))].map((name) => {
    const own = parts.filter((part) => part.index === name);
    const [first] = own as [IndexPart];
    const columns = own.flatMap(({ column }) => column ?? []);
    const whole =
      first.partial === 0 && columns.length === own.length && own.every((p) => p.descending === 0);
    return {
      name: first.origin === 'u' ? null : name, // SQLite itself has chosen sqlite_autoindex_users_1
      columns,
      unique: first.unique === 1,
      constraint: first.origin === 'u',
      definition: whole ? null : first.sql,
    };
  });
}

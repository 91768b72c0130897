/** Tables of the connection's database. @see https://mariadb.com/kb/en/information-schema-tables/ */
import type { Ask, ReflectedTable } from './table';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: string;
  readonly extra: string;
  readonly default: string | null;
}

interface KeyColumn {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly target: string;
  readonly reference: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

interface IndexColumn {
  readonly table: string;
  readonly index: string;
  readonly column: string;
  readonly notUnique: number | string;
}

export async function reflectMysql(ask: Ask): Promise<ReflectedTable[]> {
  const columns = await ask<Column>(`
    select c.table_name as \`table\`, c.column_name as name, c.column_type as type, c.is_nullable as nullable, c.extra,
      c.column_default as \`default\`
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = database() and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`);
  const keys = await ask<KeyColumn>(`
    select k.table_name as \`table\`, k.constraint_name as \`key\`, k.column_name as \`column\`, k.referenced_table_name as target,
      k.referenced_column_name as reference, r.delete_rule as onDelete, r.update_rule as onUpdate
    from information_schema.key_column_usage k join information_schema.referential_constraints r
      on r.constraint_schema = k.constraint_schema and r.table_name = k.table_name and r.constraint_name = k.constraint_name
    where k.table_schema = database() and k.referenced_table_name is not null order by k.constraint_name, k.ordinal_position`);
  const indexes = await ask<IndexColumn>(`
    select table_name as \`table\`, index_name as \`index\`, column_name as \`column\`, non_unique as notUnique
    from information_schema.statistics where table_schema = database() order by index_name, seq_in_index`);
  return distinct(columns.map(({ table }) => table)).map((name) => {
    const own = indexes.filter(({ table }) => table === name);
    return {
      name,
      columns: columns
        .filter(({ table }) => table === name)
        .map((column) => ({
          name: column.name,
          type: column.type,
          nullable: column.nullable === 'YES',
          default: column.default === 'NULL' ? null : column.default, // MariaDB's word for "none"
          autoIncrement: column.extra.includes('auto_increment'),
        })),
      primaryKey: own.filter(({ index }) => index === 'PRIMARY').map(({ column }) => column),
      foreignKeys: foreignKeys(keys.filter(({ table }) => table === name)),
      indexes: distinct(own.map(({ index }) => index))
        .filter((index) => index !== 'PRIMARY')
        .map((index) => {
          const parts = own.filter((part) => part.index === index);
          return {
            name: index,
            columns: parts.map(({ column }) => column),
            unique: Number(parts[0]?.notUnique) === 0,
          };
        }),
    };
  });
}

function foreignKeys(rows: readonly KeyColumn[]): ReflectedTable['foreignKeys'] {
  return distinct(rows.map(({ key }) => key)).map((name) => {
    const own = rows.filter(({ key }) => key === name);
    const [first] = own as [KeyColumn];
    return {
      name,
      columns: own.map(({ column }) => column),
      table: first.target,
      references: own.map(({ reference }) => reference),
      onDelete: first.onDelete,
      onUpdate: first.onUpdate,
    };
  });
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

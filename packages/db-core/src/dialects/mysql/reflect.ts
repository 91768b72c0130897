/** Tables of the connection's database. @see https://mariadb.com/kb/en/information-schema-tables/ */
import type {
  Ask,
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedTable,
} from '../reflected-table';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: string;
  readonly extra: string;
  readonly collation: string | null;
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

interface IndexPart {
  readonly table: string;
  readonly index: string;
  readonly column: string | null;
  readonly notUnique: number | string;
  readonly length: number | string | null;
  readonly direction: string | null;
  readonly kind: string;
}

export async function reflectMysql(ask: Ask): Promise<ReflectedTable[]> {
  const [server] = await ask<{ version: string; collation: string }>(
    'select version() as version, @@collation_database as collation',
  );
  const columns = await ask<Column>(`
    select c.table_name as \`table\`, c.column_name as name, c.column_type as type, c.is_nullable as nullable, c.extra as extra,
      c.collation_name as collation, c.column_default as \`default\`
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = database() and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`);
  const keys = await ask<KeyColumn>(`
    select k.table_name as \`table\`, k.constraint_name as \`key\`, k.column_name as \`column\`, k.referenced_table_name as target,
      k.referenced_column_name as reference, r.delete_rule as onDelete, r.update_rule as onUpdate
    from information_schema.key_column_usage k join information_schema.referential_constraints r
      on r.constraint_schema = k.constraint_schema and r.table_name = k.table_name and r.constraint_name = k.constraint_name
    where k.table_schema = database() and k.referenced_table_name is not null order by k.constraint_name, k.ordinal_position`);
  const parts = await ask<IndexPart>(`
    select table_name as \`table\`, index_name as \`index\`, column_name as \`column\`, non_unique as notUnique,
      sub_part as length, collation as direction, index_type as kind
    from information_schema.statistics where table_schema = database() order by index_name, seq_in_index`);
  const isMariadb = /mariadb/i.test(server?.version ?? '');
  const json = isMariadb ? await jsonColumns(ask) : new Set<string>();
  // MySQL's indexes over expressions have parts without a column; MariaDB has no such indexes.
  const functional = new Set(parts.filter(({ column }) => column === null).map(indexId));
  return distinct(columns.map(({ table }) => table)).map((name) => {
    const own = parts.filter((part) => part.table === name && !functional.has(indexId(part)));
    return {
      name,
      columns: columns
        .filter(({ table }) => table === name)
        .map((column) =>
          json.has(`${name}.${column.name}`)
            ? { ...column, type: 'json', collation: null }
            : column,
        )
        .map((column) => toColumn(column, isMariadb, server?.collation)),
      primaryKey: own.filter(({ index }) => index === 'PRIMARY').map(({ column }) => column ?? ''),
      foreignKeys: foreignKeys(keys.filter(({ table }) => table === name)),
      indexes: distinct(own.map(({ index }) => index))
        .filter((index) => index !== 'PRIMARY')
        .map((index) => toIndex(own.filter((part) => part.index === index) as [IndexPart])),
    };
  });
}

/** MariaDB's `json` is a `longtext` with a check, and drivers read it as the former. */
async function jsonColumns(ask: Ask): Promise<Set<string>> {
  const checks = await ask<{ table: string; clause: string }>(`
    select table_name as \`table\`, check_clause as clause from information_schema.check_constraints
    where constraint_schema = database() and check_clause like 'json\\_valid(%)'`);
  return new Set(checks.map(({ table, clause }) => `${table}.${clause.slice(12, -2)}`));
}

function indexId({ table, index }: IndexPart): string {
  return `${table}.${index}`;
}

function toColumn(
  column: Column,
  isMariadb: boolean,
  collation: string | undefined,
): ReflectedColumn {
  const { name, type, nullable, extra } = column;
  return {
    name,
    type,
    nullable: nullable === 'YES',
    default: defaultOf(column, isMariadb),
    autoIncrement: extra.includes('auto_increment'),
    generated: /\b(?:virtual|stored|persistent)\b/i.test(extra),
    collation: column.collation === collation ? null : column.collation,
    values: /^enum\(/i.test(type)
      ? [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = '']) => value.replaceAll("''", "'"))
      : null,
  };
}

/** MariaDB gives an expression, MySQL the bare text of a literal. Both say elsewhere what an UPDATE sets. */
function defaultOf({ default: value, extra, type }: Column, isMariadb: boolean): string | null {
  if (value === null || (isMariadb && value === 'NULL')) return null; // MariaDB's word for "none"
  const isExpression =
    isMariadb || /default_generated/i.test(extra) || /^(?:\w*int|decimal|float|double)/.test(type);
  const written = isExpression ? value : `'${value.replaceAll("'", "''")}'`;
  const [onUpdate] = /on update \S+/i.exec(extra) ?? [];
  return onUpdate ? `${written} ${onUpdate}` : written;
}

function toIndex(parts: readonly [IndexPart, ...IndexPart[]]): ReflectedIndex {
  const [{ index, table, notUnique, kind }] = parts;
  const unique = Number(notUnique) === 0;
  const plain =
    /^btree$/i.test(kind) &&
    parts.every(({ column, length, direction }) => column && length === null && direction !== 'D');
  const columns = parts.flatMap(({ column }) => column ?? []);
  if (plain) return { name: index, columns, unique, constraint: unique, definition: null };
  const special = unique ? 'unique ' : /^(?:fulltext|spatial)$/i.test(kind) ? `${kind} ` : '';
  const written = parts.map(({ column, length, direction }) => {
    const part = length === null ? `\`${column}\`` : `\`${column}\`(${length})`;
    return direction === 'D' ? `${part} desc` : part;
  });
  return {
    name: index,
    columns,
    unique,
    constraint: unique,
    definition: `create ${special.toLowerCase()}index \`${index}\` on \`${table}\` (${written.join(', ')})`,
  };
}

function foreignKeys(rows: readonly KeyColumn[]): ReflectedForeignKey[] {
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

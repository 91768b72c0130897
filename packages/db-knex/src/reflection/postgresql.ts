/** Tables of the schemas on the search path. @see https://www.postgresql.org/docs/current/catalogs.html */
import type {
  Ask,
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedTable,
} from './table';

type OfTable<T> = T & { readonly table: string };

const ACTION = (column: string): string =>
  `case ${column} when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT' when 'r' then 'RESTRICT' else 'NO ACTION' end`;
const NAMES = (numbers: string, table: string): string =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality u(n, i)
         join pg_attribute a on a.attrelid = ${table} and a.attnum = u.n order by u.i)`;

export async function reflectPostgresql(ask: Ask): Promise<ReflectedTable[]> {
  const columns = await ask<OfTable<ReflectedColumn>>(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
      a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) as "autoIncrement",
      pg_get_expr(d.adbin, d.adrelid) as "default"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind in ('r', 'p') and pg_table_is_visible(c.oid) and c.relnamespace <> 'pg_catalog'::regnamespace
    order by c.relname, a.attnum`);
  const keys = await ask<OfTable<{ columns: string[] }>>(`
    select c.relname as "table", ${NAMES('k.conkey', 'k.conrelid')} as columns
    from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'p' and pg_table_is_visible(c.oid)`);
  const foreignKeys = await ask<OfTable<ReflectedForeignKey> & { target: string }>(`
    select c.relname as "table", k.conname as name, t.relname as target, ${NAMES('k.conkey', 'k.conrelid')} as columns,
      ${NAMES('k.confkey', 'k.confrelid')} as "references", ${ACTION('k.confdeltype')} as "onDelete", ${ACTION('k.confupdtype')} as "onUpdate"
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and pg_table_is_visible(c.oid) order by k.conname`);
  const indexes = await ask<OfTable<ReflectedIndex>>(`
    select c.relname as "table", i.relname as name, ${NAMES('x.indkey::int2[]', 'c.oid')} as columns, x.indisunique as unique
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
    where not x.indisprimary and c.relkind in ('r', 'p') and pg_table_is_visible(c.oid)
      and c.relnamespace <> 'pg_catalog'::regnamespace order by i.relname`);
  return [...new Set(columns.map(({ table }) => table))].map((name) => ({
    name,
    columns: of(columns, name).map(({ table: _table, ...column }) => column),
    primaryKey: keys.find(({ table }) => table === name)?.columns ?? [],
    foreignKeys: of(foreignKeys, name).map(({ target, ...key }) => ({ ...key, table: target })),
    indexes: of(indexes, name).map(({ table: _table, ...index }) => index),
  }));
}

/** The rows of one table. */
function of<T extends { readonly table: string }>(rows: readonly T[], name: string): T[] {
  return rows.filter(({ table }) => table === name);
}

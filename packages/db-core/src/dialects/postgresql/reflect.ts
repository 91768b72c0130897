/** Tables of the schemas on the search path. @see https://www.postgresql.org/docs/current/catalogs.html */
import type {
  Ask,
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedTable,
} from '../reflected-table';

type OfTable<T> = T & { readonly table: string };

const ACTION = (column: string): string =>
  `case ${column} when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT' when 'r' then 'RESTRICT' else 'NO ACTION' end`;
const NAMES = (numbers: string, table: string): string =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality u(n, i)
         join pg_attribute a on a.attrelid = ${table} and a.attnum = u.n order by u.i)`;

/** Ordinary and partitioned tables; a partition is part of another. */
const TABLES = `c.relkind in ('r', 'p') and not c.relispartition and pg_table_is_visible(c.oid)
      and c.relnamespace <> 'pg_catalog'::regnamespace`;

export async function reflectPostgresql(ask: Ask): Promise<ReflectedTable[]> {
  const columns = await ask<OfTable<ReflectedColumn>>(`
    select c.relname::text as "table", a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
      not a.attnotnull as nullable, a.attgenerated <> '' as generated,
      a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) as "autoIncrement",
      pg_get_expr(d.adbin, d.adrelid) as "default",
      (select l.collname::text from pg_collation l join pg_type t on t.oid = a.atttypid
       where l.oid = a.attcollation and a.attcollation <> t.typcollation) as collation,
      (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = a.atttypid) as "values"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${TABLES} order by c.relname, a.attnum`);
  const keys = await ask<OfTable<{ columns: string[] }>>(`
    select c.relname::text as "table", ${NAMES('k.conkey', 'k.conrelid')} as columns
    from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'p' and ${TABLES}`);
  const foreignKeys = await ask<OfTable<ReflectedForeignKey> & { target: string }>(`
    select c.relname::text as "table", k.conname::text as name, t.relname::text as target, ${NAMES('k.conkey', 'k.conrelid')} as columns,
      ${NAMES('k.confkey', 'k.confrelid')} as "references", ${ACTION('k.confdeltype')} as "onDelete", ${ACTION('k.confupdtype')} as "onUpdate"
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and ${TABLES} order by k.conname`);
  const indexes = await ask<OfTable<ReflectedIndex>>(`
    select c.relname::text as "table", i.relname::text as name, ${NAMES('(x.indkey::int2[])[0:x.indnkeyatts - 1]', 'c.oid')} as columns,
      x.indisunique as unique,
      exists (select from pg_constraint k where k.conindid = i.oid and k.contype = 'u') as "constraint",
      case when x.indexprs is not null or x.indpred is not null or m.amname <> 'btree' or x.indnatts <> x.indnkeyatts
        or exists (select from unnest(x.indoption::int2[]) as o where o <> 0) then pg_get_indexdef(i.oid) end as definition
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid join pg_am m on m.oid = i.relam
    where not x.indisprimary and ${TABLES} order by i.relname`);
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

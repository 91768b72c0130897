/**
 * Reads the tables of a database with the bare driver, independently of our libraries. It leaves out plain indexes
 * and the names of constraints and indexes, which libraries choose differently.
 */
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

export interface BareTable {
  /** Type, nullability and default of each column, as the database words them: `varchar(50) not null`. */
  readonly columns: Readonly<Record<string, string>>;
  readonly primaryKey: readonly string[];
  /** Columns of each unique constraint, sorted. */
  readonly uniques: readonly string[];
  /** `user_id -> users.id on delete CASCADE`, sorted. */
  readonly foreignKeys: readonly string[];
}

export type BareSchema = Readonly<Record<string, BareTable>>;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly automatic: boolean;
  readonly default: string | null;
}

interface ForeignKey {
  readonly columns: string;
  readonly table: string;
  readonly references: string;
  readonly onDelete: string;
}

/** The tables of the database at `url` (as `freshDatabase` gives it), by name. */
export async function bareSchema(url: string): Promise<BareSchema> {
  if (url.startsWith('sqlite:')) return sqlite(url.replace('sqlite:///', ''));
  return url.startsWith('postgres') ? postgres(url) : mariadb(url);
}

/**
 * Users, messages, tags and message_tags as every style must make them.
 *
 * @param dialect as `testEngines()` has it.
 */
export function expectedSchema(dialect: 'sqlite' | 'postgresql' | 'mysql'): BareSchema {
  const { id, int, varchar, text, instant } = {
    sqlite: {
      id: 'integer not null auto',
      int: 'integer not null',
      varchar: (n: number) => `varchar(${n}) not null`,
      text: 'text not null',
      instant: "datetime not null default strftime('%Y-%m-%dT%H:%M:%fZ','now')",
    },
    postgresql: {
      id: 'integer not null auto',
      int: 'integer not null',
      varchar: (n: number) => `character varying(${n}) not null`,
      text: 'text not null',
      instant: 'timestamp(3) with time zone not null default now()',
    },
    mysql: {
      id: 'int(11) not null auto',
      int: 'int(11) not null',
      // Compared byte by byte, as on the other two: otherwise 'Ana' and 'ana' would be equal.
      varchar: (n: number) => `varchar(${n}) utf8mb4_bin not null`,
      text: 'text utf8mb4_bin not null',
      instant: 'datetime(3) not null default utc_timestamp(3)',
    },
  }[dialect];
  return {
    users: {
      columns: { id, name: varchar(50), email: varchar(120) },
      primaryKey: ['id'],
      uniques: ['email', 'name'],
      foreignKeys: [],
    },
    messages: {
      columns: { id, user_id: int, body: text, created_at: instant },
      primaryKey: ['id'],
      uniques: [],
      foreignKeys: ['user_id -> users.id on delete CASCADE'],
    },
    tags: {
      columns: { id, name: varchar(50) },
      primaryKey: ['id'],
      uniques: ['name'],
      foreignKeys: [],
    },
    message_tags: {
      columns: { message_id: int, tag_id: int },
      primaryKey: ['message_id', 'tag_id'],
      uniques: [],
      foreignKeys: [
        'message_id -> messages.id on delete CASCADE',
        'tag_id -> tags.id on delete CASCADE',
      ],
    },
  };
}

function table(
  columns: Column[],
  primaryKey: string[],
  uniques: string[],
  foreignKeys: ForeignKey[],
): BareTable {
  return {
    columns: Object.fromEntries(columns.map((column) => [column.name, describe(column)])),
    primaryKey: [...primaryKey].sort(),
    uniques: [...uniques].sort(),
    foreignKeys: foreignKeys
      .map((key) => `${key.columns} -> ${key.table}.${key.references} on delete ${key.onDelete}`)
      .sort(),
  };
}

function describe({ type, notNull, automatic, default: value }: Column): string {
  return `${type}${notNull ? ' not null' : ''}${automatic ? ' auto' : ''}${value === null || automatic ? '' : ` default ${value}`}`;
}

async function sqlite(file: string): Promise<BareSchema> {
  const database = new Database(file, { readonly: true });
  const all = <Row>(sql: string): Row[] => database.prepare(sql).all() as Row[];
  try {
    const tables = all<{ name: string; sql: string }>(
      "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%'",
    );
    const entries = tables.map(({ name, sql }) => {
      const columns = all<{
        name: string;
        type: string;
        notnull: number;
        dflt_value: string | null;
        pk: number;
      }>(`pragma table_info("${name}")`);
      const uniques = all<{ name: string; unique: number; origin: string }>(
        `pragma index_list("${name}")`,
      )
        .filter(({ unique, origin }) => unique === 1 && origin !== 'pk')
        .map((index) =>
          all<{ name: string }>(`pragma index_info("${index.name}")`)
            .map((column) => column.name)
            .join(),
        );
      const keys = all<{ from: string; table: string; to: string; on_delete: string }>(
        `pragma foreign_key_list("${name}")`,
      );
      const primaryKey = columns.filter(({ pk }) => pk > 0);
      return [
        name,
        table(
          columns.map((column) => ({
            name: column.name,
            type: column.type.toLowerCase(),
            // An INTEGER PRIMARY KEY can never be null.
            notNull:
              column.notnull === 1 ||
              (column.pk > 0 && primaryKey.length === 1 && /^integer$/i.test(column.type)),
            automatic: column.pk > 0 && /autoincrement/i.test(sql),
            default: column.dflt_value,
          })),
          primaryKey.map((column) => column.name),
          uniques,
          keys.map((key) => ({
            columns: key.from,
            table: key.table,
            references: key.to,
            onDelete: key.on_delete,
          })),
        ),
      ] as const;
    });
    return Object.fromEntries(entries);
  } finally {
    database.close();
  }
}

async function postgres(url: string): Promise<BareSchema> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const all = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
    const columns = await all<Column & { table: string }>(`
      select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull",
        coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) or a.attidentity <> '' as automatic,
        pg_get_expr(d.adbin, d.adrelid) as "default"
      from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind = 'r' order by c.relname, a.attnum`);
    const constraints = await all<{
      table: string;
      type: string;
      columns: string[];
      target: string | null;
      references: string[] | null;
      onDelete: string;
    }>(`
      select k.conrelid::regclass::text as "table", k.contype as type, k.confrelid::regclass::text as target,
        array(select attname::text from unnest(k.conkey) with ordinality u(n, i) join pg_attribute on attrelid = k.conrelid and attnum = n order by i) as columns,
        array(select attname::text from unnest(k.confkey) with ordinality u(n, i) join pg_attribute on attrelid = k.confrelid and attnum = n order by i) as references,
        case k.confdeltype when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'r' then 'RESTRICT' else 'NO ACTION' end as "onDelete"
      from pg_constraint k where k.connamespace = 'public'::regnamespace`);
    const of = (name: string, type: string) =>
      constraints.filter((constraint) => constraint.table === name && constraint.type === type);
    const entries = [...new Set(columns.map((column) => column.table))].map((name) => [
      name,
      table(
        columns.filter((column) => column.table === name),
        of(name, 'p').flatMap((constraint) => constraint.columns),
        of(name, 'u').map((constraint) => constraint.columns.join()),
        of(name, 'f').map((key) => ({
          columns: key.columns.join(),
          table: String(key.target),
          references: String(key.references),
          onDelete: key.onDelete,
        })),
      ),
    ]);
    return Object.fromEntries(entries) as BareSchema;
  } finally {
    await client.end();
  }
}

async function mariadb(url: string): Promise<BareSchema> {
  const connection = await createConnection(url);
  try {
    const all = async <Row>(sql: string): Promise<Row[]> =>
      (await connection.query(sql))[0] as Row[];
    const columns = await all<{
      table: string;
      name: string;
      type: string;
      nullable: string;
      extra: string;
      value: string | null;
      collation: string | null;
    }>(`
      select table_name as \`table\`, column_name as name, column_type as type, is_nullable as nullable, extra, column_default as value, collation_name as collation
      from information_schema.columns where table_schema = database() order by table_name, ordinal_position`);
    const keys = await all<{
      table: string;
      constraint: string;
      type: string;
      column: string;
      target: string | null;
      reference: string | null;
      rule: string | null;
    }>(`
      select c.table_name as \`table\`, c.constraint_name as \`constraint\`, c.constraint_type as type, u.column_name as \`column\`,
        u.referenced_table_name as target, u.referenced_column_name as reference, r.delete_rule as rule
      from information_schema.table_constraints c
        join information_schema.key_column_usage u using (constraint_schema, table_name, constraint_name)
        left join information_schema.referential_constraints r on r.constraint_schema = c.constraint_schema and r.table_name = c.table_name
          and r.constraint_name = c.constraint_name
      where c.constraint_schema = database() order by u.ordinal_position`);
    const of = (name: string, type: string) =>
      keys.filter((key) => key.table === name && key.type === type);
    const grouped = (rows: typeof keys) =>
      [...new Set(rows.map((key) => key.constraint))].map((constraint) =>
        rows.filter((key) => key.constraint === constraint),
      );
    const entries = [...new Set(columns.map((column) => column.table))].map((name) => [
      name,
      table(
        columns
          .filter((column) => column.table === name)
          .map((column) => ({
            name: column.name,
            type: [column.type, ...(column.collation === null ? [] : [column.collation])].join(' '),
            notNull: column.nullable === 'NO',
            automatic: column.extra.includes('auto_increment'),
            default: column.value === 'NULL' ? null : column.value,
          })),
        of(name, 'PRIMARY KEY').map((key) => key.column),
        grouped(of(name, 'UNIQUE')).map((rows) => rows.map((key) => key.column).join()),
        of(name, 'FOREIGN KEY').map((key) => ({
          columns: key.column,
          table: String(key.target),
          references: String(key.reference),
          onDelete: String(key.rule),
        })),
      ),
    ]);
    return Object.fromEntries(entries) as BareSchema;
  } finally {
    await connection.end();
  }
}

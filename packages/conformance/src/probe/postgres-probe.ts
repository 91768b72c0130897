/** The probe on PostgreSQL, by `pg`. */
import { Client } from 'pg';
import type { ProbeConnection, ProbeDialect, ProbeRow } from './dialect';
import type { TableSchema } from './schema';
import { grouped, tableSchema } from './schema';

export function openPostgresProbe(url: string): ProbeDialect {
  return {
    connect: () => PostgresProbe.connect(url),
    begin: 'BEGIN',
    createdAt: `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    toStored: (instant) => instant.toISOString(),
    sabotage: [
      `CREATE FUNCTION break_key() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO messages (user_id, body) VALUES (-1, 'x'); RETURN OLD; END $$`,
      'CREATE TRIGGER no_delete BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION break_key()',
      `CREATE TRIGGER no_boom AFTER INSERT ON users FOR EACH ROW WHEN (NEW.name = 'boom')
       EXECUTE FUNCTION break_key()`,
    ],
    undoSabotage: [
      'DROP TRIGGER no_delete ON users',
      'DROP TRIGGER no_boom ON users',
      'DROP FUNCTION break_key()',
    ],
  };
}

/** Everything as the text the server sends, but for numbers that fit. */
const types = {
  getTypeParser: (oid: number) => (text: string) =>
    [20, 21, 23].includes(oid) ? Number(text) : text,
};

class PostgresProbe implements ProbeConnection {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<PostgresProbe> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined); // a server that ends under us is what some tests are about
    await client.connect();
    await client.query("SET TIME ZONE 'Asia/Kolkata'"); // a database in UTC by accident must not look right
    return new PostgresProbe(client);
  }

  async rows(sql: string, params: readonly unknown[] = []): Promise<ProbeRow[]> {
    let n = 0;
    const text = sql.replace(/\?/g, () => `$${++n}`);
    const { rows } = await this.#client.query<ProbeRow>({ text, values: [...params], types });
    return rows;
  }

  async tables(): Promise<TableSchema[]> {
    const names = await this.rows(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    const tables: TableSchema[] = [];
    for (const { name } of names) tables.push(await this.#table(String(name)));
    return tables;
  }

  async openTransactions(): Promise<number> {
    const [row] = await this.rows(
      `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()
       AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
    );
    return Number(row?.['n']);
  }

  async lockWaits(): Promise<number> {
    const [row] = await this.rows(
      "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return Number(row?.['n']);
  }

  async dropOthers(): Promise<void> {
    await this.rows(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()
       AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  async #table(name: string): Promise<TableSchema> {
    const columns = await this.rows(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull::text AS filled, atthasdef::text AS preset
       FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [`public.${name}`],
    );
    const keys = async (kind: 'p' | 'u'): Promise<string[][]> =>
      grouped(
        (await this.rows(
          `SELECT i.indexrelid AS "group", a.attname AS "column"
           FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, place)
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
           WHERE i.indrelid = ?::regclass AND i.indisunique AND i.indpred IS NULL AND i.indisprimary = ?::bool
           ORDER BY i.indexrelid, k.place`,
          [`public.${name}`, kind === 'p'],
        )) as { group: unknown; column: unknown }[],
      );
    const foreign = await this.rows(
      `SELECT a.attname AS "column", c.confrelid::regclass || '.' || b.attname AS "references", c.confdeltype AS deleted, c.confupdtype AS updated
       FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
       JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
       WHERE c.conrelid = ?::regclass AND c.contype = 'f'`,
      [`public.${name}`],
    );
    return tableSchema({
      name,
      columns: columns.map((column) => ({
        name: String(column['name']),
        type: String(column['type']).replace('character varying', 'varchar'),
        nullable: column['filled'] !== 'true',
        // serial and identity columns number themselves either way: the key, not a default
        hasDefault: column['preset'] === 'true' && column['name'] !== 'id',
      })),
      primaryKey: (await keys('p'))[0] ?? [],
      unique: await keys('u'),
      foreignKeys: foreign.map((key) => ({
        column: String(key['column']),
        references: String(key['references']),
        onDelete: RULES[String(key['deleted'])] ?? '?',
        onUpdate: RULES[String(key['updated'])] ?? '?',
      })),
    });
  }
}

const RULES: Record<string, string> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

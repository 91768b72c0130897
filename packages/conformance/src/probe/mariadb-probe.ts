/** The probe on MariaDB, by `mysql2`. */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import type { ProbeConnection, ProbeDialect, ProbeRow } from './dialect';
import type { TableSchema } from './schema';
import { grouped, tableSchema } from './schema';

const BREAK_KEY = "INSERT INTO messages (user_id, body) VALUES (-1, 'x')";

export function openMariadbProbe(url: string): ProbeDialect {
  return {
    connect: () => MariadbProbe.connect(url),
    begin: 'START TRANSACTION',
    createdAt: `date_format(created_at, '%Y-%m-%dT%H:%i:%s.%fZ')`,
    toStored: (instant) => instant.toISOString().replace('T', ' ').replace('Z', ''),
    sabotage: [
      `CREATE TRIGGER no_delete BEFORE DELETE ON users FOR EACH ROW ${BREAK_KEY}`,
      `CREATE TRIGGER no_boom AFTER INSERT ON users FOR EACH ROW IF NEW.name = 'boom' THEN ${BREAK_KEY}; END IF`,
    ],
    undoSabotage: ['DROP TRIGGER no_delete', 'DROP TRIGGER no_boom'],
  };
}

class MariadbProbe implements ProbeConnection {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async connect(url: string): Promise<MariadbProbe> {
    const connection = await createConnection({ uri: url, dateStrings: true, charset: 'utf8mb4' });
    connection.on('error', () => undefined); // a server that ends under us is what some tests are about
    await connection.query("SET time_zone = '+05:30'"); // a database in UTC by accident must not look right
    return new MariadbProbe(connection);
  }

  async rows(sql: string, params: readonly unknown[] = []): Promise<ProbeRow[]> {
    const [rows] = await this.#connection.query<RowDataPacket[]>(sql, [...params]);
    return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
  }

  async tables(): Promise<TableSchema[]> {
    const names = await this.rows(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'",
    );
    const tables: TableSchema[] = [];
    for (const { name } of names) tables.push(await this.#table(String(name)));
    return tables;
  }

  async openTransactions(): Promise<number> {
    return (await this.#transactions()).length;
  }

  async lockWaits(): Promise<number> {
    return (await this.#transactions()).filter((text) => text.includes('LOCK WAIT')).length;
  }

  async dropOthers(): Promise<void> {
    for (const id of await this.#others()) await this.rows(`KILL ${id}`);
    while ((await this.#others()).length > 0); // KILL only asks them to end
  }

  close(): Promise<void> {
    return this.#connection.end();
  }

  /**
   * What InnoDB says of each transaction of others on this database. From the engine's own report, since
   * `information_schema.innodb_trx` is a copy that is only renewed when no user of the server has read it for a
   * tenth of a second.
   */
  async #transactions(): Promise<string[]> {
    const [report] = await this.rows('SHOW ENGINE INNODB STATUS');
    const ids = new Set(await this.#others());
    return String(report?.['Status'])
      .split('---TRANSACTION ')
      .filter((text) => /^\S+, ACTIVE/.test(text))
      .filter((text) => ids.has(Number(/thread id (\d+)/.exec(text)?.[1])));
  }

  /** Ids of the other connections to this database. */
  async #others(): Promise<number[]> {
    const others = await this.rows(
      'SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()',
    );
    return others.map(({ id }) => Number(id));
  }

  async #table(name: string): Promise<TableSchema> {
    const columns = await this.rows(
      `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, column_default AS preset,
              collation_name AS collation
       FROM information_schema.columns WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position`,
      [name],
    );
    const indexed = await this.rows(
      `SELECT index_name AS "group", column_name AS "column" FROM information_schema.statistics
       WHERE table_schema = database() AND table_name = ? AND non_unique = 0 ORDER BY index_name, seq_in_index`.replaceAll(
        '"',
        '`',
      ),
      [name],
    );
    const foreign = await this.rows(
      `SELECT k.column_name AS col, concat(k.referenced_table_name, '.', k.referenced_column_name) AS target,
              r.delete_rule AS deleted, r.update_rule AS updated
       FROM information_schema.key_column_usage k
       JOIN information_schema.referential_constraints r
         ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
       WHERE k.table_schema = database() AND k.table_name = ? AND k.referenced_table_name IS NOT NULL`,
      [name],
    );
    const groups = indexed as { group: unknown; column: unknown }[];
    return tableSchema({
      name,
      columns: columns.map((column) => ({
        name: String(column['name']),
        type: [String(column['type']).replace(/^int\(\d+\)/, 'int'), column['collation']]
          .filter(Boolean)
          .join(' '),
        nullable: column['nullable'] === 'YES',
        hasDefault: column['preset'] !== null && column['preset'] !== 'NULL',
      })),
      primaryKey: groups
        .filter(({ group }) => group === 'PRIMARY')
        .map(({ column }) => String(column)),
      unique: grouped(groups.filter(({ group }) => group !== 'PRIMARY')),
      foreignKeys: foreign.map((key) => ({
        column: String(key['col']),
        references: String(key['target']),
        onDelete: String(key['deleted']),
        onUpdate: String(key['updated']),
      })),
    });
  }
}

/** The probe on SQLite, by better-sqlite3. */
import Database from 'better-sqlite3';
import type { ProbeConnection, ProbeDialect, ProbeRow } from './dialect';
import type { TableSchema } from './schema';
import { tableSchema } from './schema';

export function openSqliteProbe(url: string): ProbeDialect {
  const file = url.replace(/^sqlite:\/\/\//, '');
  return {
    connect: () => Promise.resolve(new SqliteProbe(file)),
    begin: 'BEGIN IMMEDIATE',
    createdAt: 'created_at',
    toStored: (instant) => instant.toISOString(),
    sabotage: [
      `CREATE TRIGGER no_delete BEFORE DELETE ON users
       BEGIN INSERT INTO messages (user_id, body) VALUES (-1, 'x'); END`,
      `CREATE TRIGGER no_boom AFTER INSERT ON users WHEN NEW.name = 'boom'
       BEGIN INSERT INTO messages (user_id, body) VALUES (-1, 'x'); END`,
    ],
    undoSabotage: ['DROP TRIGGER no_delete', 'DROP TRIGGER no_boom'],
  };
}

class SqliteProbe implements ProbeConnection {
  readonly #database: Database.Database;

  constructor(file: string) {
    // A second is enough for a teardown on its way; a lock that is never given back shows as an error.
    this.#database = new Database(file, { timeout: 1_000 });
    this.#database.pragma('foreign_keys = ON');
  }

  async rows(sql: string, params: readonly unknown[] = []): Promise<ProbeRow[]> {
    const statement = this.#database.prepare(sql);
    if (statement.reader) return statement.all(...params) as ProbeRow[];
    statement.run(...params);
    return [];
  }

  async tables(): Promise<TableSchema[]> {
    const names = this.#all(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    return names.map(({ name }) => this.#table(String(name)));
  }

  /** A log that cannot be written back as a whole is held by a reader's snapshot or by a writer. */
  async openTransactions(): Promise<number> {
    const [row] = this.#all('PRAGMA wal_checkpoint(TRUNCATE)');
    return Number(row?.['busy']);
  }

  async lockWaits(): Promise<undefined> {}

  async dropOthers(): Promise<void> {}

  async close(): Promise<void> {
    this.#database.close();
  }

  #table(name: string): TableSchema {
    const columns = this.#all(`PRAGMA table_info(${name})`);
    const primaryKey = columns
      .filter(({ pk }) => Number(pk) > 0)
      .sort((a, b) => Number(a['pk']) - Number(b['pk']));
    const indexes = this.#all(`PRAGMA index_list(${name})`).filter(
      ({ unique, origin }) => unique === 1 && origin !== 'pk',
    );
    return tableSchema({
      name,
      columns: columns.map((column) => ({
        name: String(column['name']),
        type: String(column['type']).toLowerCase(),
        // SQLite's primary keys need no NOT NULL to be it
        nullable: column['notnull'] === 0 && column['pk'] === 0,
        hasDefault: column['dflt_value'] !== null,
      })),
      primaryKey: primaryKey.map((column) => String(column['name'])),
      unique: indexes.map((index) =>
        this.#all(`PRAGMA index_info('${String(index['name'])}')`).map((part) =>
          String(part['name']),
        ),
      ),
      foreignKeys: this.#all(`PRAGMA foreign_key_list(${name})`).map((key) => ({
        column: String(key['from']),
        references: `${String(key['table'])}.${typeof key['to'] === 'string' ? key['to'] : 'id'}`,
        onDelete: String(key['on_delete']),
        onUpdate: String(key['on_update']),
      })),
    });
  }

  #all(sql: string): ProbeRow[] {
    return this.#database.prepare(sql).all() as ProbeRow[];
  }
}

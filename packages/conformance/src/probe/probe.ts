/**
 * A second pair of eyes: reads (and prepares) the database through its own driver and its own connection,
 * never through an app, an ORM or db-core. What it sees is what is committed.
 */
import type { EngineName } from '@quartet/testing';
import { openMariadbProbe } from './mariadb-probe';
import { openPostgresProbe } from './postgres-probe';
import type { ProbeConnection, ProbeDialect, ProbeRow } from './dialect';
import type { TableSchema } from './schema';
import { openSqliteProbe } from './sqlite-probe';

export const TABLES = ['users', 'messages', 'tags', 'message_tags'] as const;
export type TableName = (typeof TABLES)[number];
/** All rows of all tables, each in a fixed order and spelling: two of them compare. */
export type Snapshot = Record<TableName, ProbeRow[]>;

export class Probe {
  #main: ProbeConnection;
  readonly #dialect: ProbeDialect;

  private constructor(main: ProbeConnection, dialect: ProbeDialect) {
    this.#main = main;
    this.#dialect = dialect;
  }

  static async open(engine: EngineName, url: string): Promise<Probe> {
    const dialect = openers[engine](url);
    return new Probe(await dialect.connect(), dialect);
  }

  rows(sql: string, params: readonly unknown[] = []): Promise<ProbeRow[]> {
    return this.#main.rows(sql, params);
  }

  async count(table: TableName, where = '1 = 1', params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.rows(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, params);
    return Number(row?.['n']);
  }

  async snapshot(): Promise<Snapshot> {
    return {
      users: await this.rows('SELECT * FROM users ORDER BY id'),
      messages: await this.rows('SELECT * FROM messages ORDER BY id'),
      tags: await this.rows('SELECT * FROM tags ORDER BY id'),
      message_tags: await this.rows('SELECT * FROM message_tags ORDER BY message_id, tag_id'),
    };
  }

  /** Transactions that others have open on this database now, as the server reports. */
  openTransactions(): Promise<number> {
    return this.#main.openTransactions();
  }

  /** Statements of others that wait for a lock now, as the server reports; undefined on SQLite. */
  lockWaits(): Promise<number | undefined> {
    return this.#main.lockWaits();
  }

  /** Cuts every other connection to this database, as an administrator does; resolves when they are gone. */
  dropOthers(): Promise<void> {
    return this.#main.dropOthers();
  }

  /** A new connection, after the server was away. */
  async reconnect(): Promise<void> {
    await this.#main.close().catch(() => undefined);
    this.#main = await this.#dialect.connect();
  }

  /** Deletes every row; the tables stay. */
  async empty(): Promise<void> {
    for (const table of ['message_tags', 'messages', 'tags', 'users']) {
      await this.rows(`DELETE FROM ${table}`);
    }
  }

  /** Adds `count` users named `<prefix>1`, `<prefix>2`, …; returns their ids in that order. */
  async addUsers(count: number, prefix = 'user'): Promise<number[]> {
    const rows = Array.from({ length: count }, (_, i) => [
      `${prefix}${i + 1}`,
      `${prefix}${i + 1}@localhost`,
    ]);
    await this.#insert('users', ['name', 'email'], rows);
    const found = await this.rows('SELECT id, name FROM users');
    const ids = new Map(found.map(({ id, name }) => [String(name), Number(id)]));
    return rows.map(([name]) => ids.get(String(name)) as number);
  }

  /** Adds messages of one user, with texts `text(1)`, `text(2)`, …; the database sets the instant. */
  async addMessages(
    userId: number,
    count: number,
    text: (n: number) => string = (n) => `message ${n}`,
  ): Promise<void> {
    await this.#insert(
      'messages',
      ['user_id', 'body'],
      Array.from({ length: count }, (_, i) => [userId, text(i + 1)]),
    );
  }

  /** Adds messages of several users in turn, with texts `text(0)`, `text(1)`, … */
  async addMessagesInTurn(
    userIds: readonly number[],
    count: number,
    text: (n: number) => string,
  ): Promise<void> {
    const rows = Array.from({ length: count }, (_, i) => [userIds[i % userIds.length], text(i)]);
    await this.#insert('messages', ['user_id', 'body'], rows);
  }

  /** Adds one message written at a given instant; returns its id. */
  async addMessageAt(userId: number, body: string, instant: Date): Promise<number> {
    await this.#insert(
      'messages',
      ['user_id', 'body', 'created_at'],
      [[userId, body, this.#dialect.toStored(instant)]],
    );
    const [row] = await this.rows('SELECT max(id) AS id FROM messages');
    return Number(row?.['id']);
  }

  /** When the database says that a message was written. */
  async createdAt(messageId: number): Promise<Date> {
    const [row] = await this.rows(
      `SELECT ${this.#dialect.createdAt} AS at FROM messages WHERE id = ?`,
      [messageId],
    );
    return new Date(String(row?.['at']));
  }

  /** Runs a write in a transaction of another connection and keeps it open until the returned function rolls it back. */
  async hold(sql: string, params: readonly unknown[] = []): Promise<() => Promise<void>> {
    const connection = await this.#dialect.connect();
    await connection.rows(this.#dialect.begin);
    await connection.rows(sql, params);
    return async () => {
      await connection.rows('ROLLBACK');
      await connection.close();
    };
  }

  /** While `fn` runs, deleting any user and inserting the user 'boom' break a foreign key. */
  async sabotaged<T>(fn: () => Promise<T>): Promise<T> {
    for (const sql of this.#dialect.sabotage) await this.rows(sql);
    try {
      return await fn();
    } finally {
      for (const sql of this.#dialect.undoSabotage) await this.rows(sql);
    }
  }

  /** The four tables as the database describes them. */
  async schema(): Promise<Record<string, TableSchema>> {
    const tables = await this.#main.tables();
    return Object.fromEntries(tables.map((table) => [table.name, table]));
  }

  close(): Promise<void> {
    return this.#main.close();
  }

  async #insert(table: TableName, columns: string[], rows: readonly unknown[][]): Promise<void> {
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    const step = 500; // rows a statement: below every database's limit of parameters
    for (let from = 0; from < rows.length; from += step) {
      const part = rows.slice(from, from + step);
      const tuples = part.map(() => tuple).join(', ');
      await this.rows(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples}`, part.flat());
    }
  }
}

/** The probe of each database, by its own driver. */
const openers: Record<EngineName, (url: string) => ProbeDialect> = {
  sqlite: openSqliteProbe,
  postgres: openPostgresProbe,
  mariadb: openMariadbProbe,
};

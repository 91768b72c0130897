/**
 * The table of applied migrations. A migration that stopped half way (MariaDB) has a row without an instant, which
 * holds how many of its statements have run.
 */
import type { Connection } from '@quartet/db-core';

const TABLE = 'quartet_migrations';

export interface Entry {
  readonly name: string;
  /** How many statements have run, and how many there are. */
  readonly done: number;
  readonly total: number;
  /** Undefined while the migration is half done. */
  readonly appliedAt: Date | undefined;
}

export class Journal {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async create(): Promise<void> {
    if (await this.exists()) return;
    await this.#connection.execute(
      `create table ${TABLE} (name varchar(190) not null primary key, done integer not null, ` +
        'total integer not null, applied_at varchar(24))',
    );
  }

  async exists(): Promise<boolean> {
    return (await existingTables(this.#connection)).includes(TABLE);
  }

  /** The rows in order of their names; empty when there is no table yet. */
  async entries(): Promise<Entry[]> {
    if (!(await this.exists())) return [];
    const rows = await this.#connection.execute(
      `select name, done, total, applied_at from ${TABLE} order by name`,
    );
    return [...rows].map((row) => ({
      name: String(row['name']),
      done: Number(row['done']),
      total: Number(row['total']),
      appliedAt: row['applied_at'] === null ? undefined : new Date(String(row['applied_at'])),
    }));
  }

  async applied(name: string, total: number): Promise<void> {
    await this.#write(name, total, total, new Date().toISOString());
  }

  async halfDone(name: string, done: number, total: number): Promise<void> {
    await this.#write(name, done, total, null);
  }

  async forget(name: string): Promise<void> {
    await this.#connection.execute(`delete from ${TABLE} where name = :name`, { name });
  }

  async forgetAll(): Promise<void> {
    await this.#connection.execute(`delete from ${TABLE}`);
  }

  async #write(name: string, done: number, total: number, at: string | null): Promise<void> {
    const values = { name, done, total, at };
    const { rowCount } = await this.#connection.execute(
      `update ${TABLE} set done = :done, total = :total, applied_at = :at where name = :name`,
      values,
    );
    if (rowCount > 0) return;
    await this.#connection.execute(
      `insert into ${TABLE} (name, done, total, applied_at) values (:name, :done, :total, :at)`,
      values,
    );
  }
}

/** Names of the tables in the connection's database. */
export async function existingTables(connection: Connection): Promise<string[]> {
  const rows = await connection.execute(connection.engine.dialect.facts.tableNames);
  return [...rows].map((row) => String(row[0]));
}

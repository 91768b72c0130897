/** The data: the same rows for each variant, in a database of its own, restored after each write. */
import { createEngine } from '@quartet/db-core';
import type { Engine } from '@quartet/db-core';
import { tables } from '@quartet/app-sql-builder/models';
import { bindKnex, createAll } from '@quartet/db-knex';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import type { EngineName } from '../variants/variant';

export const USERS = 1000;
export const MESSAGES = 10_000;
export const TAGS = ['amber', 'blue', 'coral', 'denim', 'ebony', 'flax', 'gold', 'hazel'];

const ROWS_A_STATEMENT = 1000;
const FIRST_MESSAGE = Date.UTC(2026, 0, 1);

export class Database {
  readonly engineName: EngineName;
  readonly url: string;
  readonly engine: Engine;
  readonly #fresh: FreshDatabase;

  private constructor(engineName: EngineName, fresh: FreshDatabase) {
    this.engineName = engineName;
    this.#fresh = fresh;
    this.url = fresh.url;
    this.engine = createEngine(fresh.url, { poolSize: 1 });
  }

  static async create(
    engineName: EngineName,
    { users = USERS, messages = MESSAGES } = {},
  ): Promise<Database> {
    const database = new Database(engineName, await freshDatabase(engineName));
    await createAll(bindKnex(database.engine), tables);
    await database.#fill(users, messages);
    return database;
  }

  /** Deletes the rows that a load has written. */
  async reset(): Promise<void> {
    await this.engine.execute('DELETE FROM messages WHERE id > ?', [MESSAGES]);
    await this.engine.execute('DELETE FROM users WHERE id > ?', [USERS]);
    if (this.engineName === 'postgres') {
      for (const table of ['users', 'messages', 'message_tags', 'tags'])
        await this.engine.execute(`VACUUM ${table}`);
    }
  }

  async drop(): Promise<void> {
    await this.engine.dispose();
    await this.#fresh.drop();
  }

  async #fill(users: number, messages: number): Promise<void> {
    await this.#insert('users', ['name', 'email'], users, (n) => [
      `User ${n}`,
      `user-${n}@example.com`,
    ]);
    await this.#insert('tags', ['name'], TAGS.length, (n) => [TAGS[n - 1] as string]);
    await this.#insert('messages', ['user_id', 'body', 'created_at'], messages, (n) => [
      1 + ((n * 31) % users),
      `Message ${n}: the quick brown fox jumps over the lazy dog.`,
      this.#instant(FIRST_MESSAGE + n * 61_001),
    ]);
    await this.#insert('message_tags', ['message_id', 'tag_id'], messages, (n) => [
      n,
      1 + (n % TAGS.length),
    ]);
    if (this.engineName !== 'mariadb') await this.engine.execute('ANALYZE');
  }

  async #insert(
    table: string,
    columns: readonly string[],
    rows: number,
    values: (n: number) => readonly (string | number)[],
  ): Promise<void> {
    for (let from = 1; from <= rows; from += ROWS_A_STATEMENT) {
      const size = Math.min(ROWS_A_STATEMENT, rows - from + 1);
      const tuples = Array.from({ length: size }, (_, i) =>
        values(from + i).map((value) => (typeof value === 'number' ? value : `'${value}'`)),
      );
      await this.engine.execute(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.map((tuple) => `(${tuple.join(', ')})`).join(', ')}`,
      );
    }
  }

  /** An instant as every style stores it. */
  #instant(at: number): string {
    const iso = new Date(at).toISOString();
    return this.engineName === 'mariadb' ? iso.replace('T', ' ').replace('Z', '') : iso;
  }
}

/**
 * Pragmas answer when they are prepared, and those about the schema from what this handle has read of it last: another handle
 * may have changed it since. So the schema is read before, and a pragma is kept only as long as the version in the file is the same.
 * Those that set something of the handle are compared with what was there at first.
 *
 * @see https://www.sqlite.org/pragma.html#pragma_schema_version
 */
import type Database from 'better-sqlite3';
import type { Statement } from '../../sql/statement';
import { SqliteStatement } from './statement';

export class Pragmas {
  readonly #client: Database.Database;
  /** Those that were prepared for this version. */
  readonly #prepared = new Map<string, SqliteStatement>();
  #version = -1;
  #askVersion: Database.Statement<[], number> | undefined;
  #readSchema: Database.Statement<[]> | undefined;

  /** The values at first of those that were set. */
  readonly #first = new Map<string, unknown>();
  readonly #differing = new Set<string>();

  constructor(client: Database.Database) {
    this.#client = client;
  }

  /** Whether the handle has another value of one than at first. */
  get differ(): boolean {
    return this.#differing.size > 0;
  }

  /** After a statement has set this one. */
  wasSet(name: string): void {
    const first = this.#first.get(name);
    // Some cannot be asked for.
    if (first !== undefined && this.#valueOf(name) === first) this.#differing.delete(name);
    else this.#differing.add(name);
  }

  #valueOf(name: string): unknown {
    return this.#client.pragma(name, { simple: true });
  }

  /** @param reusable whether its answer is known from the schema in the file alone. */
  prepare(statement: Statement, reusable: boolean): SqliteStatement {
    const version = reusable ? this.#currentVersion() : undefined;
    const kept = version === this.#version ? this.#prepared.get(statement.text) : undefined;
    if (kept) return kept;
    const { pragmaSet } = statement;
    if (pragmaSet !== undefined && !this.#first.has(pragmaSet))
      this.#first.set(pragmaSet, this.#valueOf(pragmaSet));
    this.#readSchema ??= this.#client.prepare<[]>('select 1 from sqlite_master limit 1');
    this.#readSchema.get();
    const prepared = new SqliteStatement(this.#client, statement);
    // A transaction may be rolled back, and its version given to another schema.
    if (version !== undefined && !this.#client.inTransaction)
      this.#keep(prepared, statement.text, version);
    return prepared;
  }

  #keep(prepared: SqliteStatement, text: string, version: number): void {
    if (this.#version !== version || this.#prepared.size === MOST_KEPT) this.#prepared.clear();
    this.#version = version;
    this.#prepared.set(text, prepared);
  }

  #currentVersion(): number {
    this.#askVersion ??= this.#client.prepare<[], number>('pragma schema_version').pluck();
    return this.#askVersion.get() as number;
  }
}

const MOST_KEPT = 200;

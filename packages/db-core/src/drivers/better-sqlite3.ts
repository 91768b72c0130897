/**
 * A pool of better-sqlite3 look-alikes whose statements answer with promises: what Knex takes as
 * `connectionPool` (it awaits every answer). A checked-out connection stays the same until it is released.
 *
 * Columns declared `datetime` or `timestamp` that hold ISO 8601 text in UTC are read as `Date`, as Python's
 * `sqlite3` does with `PARSE_DECLTYPES`.
 *
 * @see https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md
 */
import type { Statement } from 'better-sqlite3';
import type { SqliteConnection } from '../dialects/sqlite/connection';
import type { Engine } from '../engine/engine';
import { requireDialect } from './dialect-of';
import { Route } from './route';
import { runStatement, toSqlite, type SqliteOutcome } from './sqlite-statement';

/** What a statement that returns no rows answers. */
export interface SqliteRunResult {
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

/** A prepared statement whose answers are promises. */
export interface AsyncSqliteStatement {
  /** Whether it returns rows; told from the text, since no handle is known yet. */
  readonly reader: boolean;
  safeIntegers(on?: boolean): this;
  all(...values: readonly unknown[]): Promise<unknown[]>;
  run(...values: readonly unknown[]): Promise<SqliteRunResult>;
}

/** The interface of tarn, which Knex's `connectionPool` asks for. */
export interface BetterSqlite3Pool {
  acquire(): { readonly promise: Promise<BetterSqlite3Connection> };
  release(connection: BetterSqlite3Connection): boolean;
  destroy(): Promise<void>;
  numFree(): number;
  numUsed(): number;
  numPendingAcquires(): number;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const NOTHING: SqliteRunResult = { changes: 0, lastInsertRowid: 0 };

export class BetterSqlite3Connection {
  /** @internal */
  readonly route: Route;

  constructor(route: Route) {
    this.route = route;
  }

  prepare(sql: string): AsyncSqliteStatement {
    return new AsyncStatement(this.route, sql);
  }
}

class AsyncStatement implements AsyncSqliteStatement {
  readonly #route: Route;
  readonly #sql: string;
  #safeIntegers: boolean | undefined;

  constructor(route: Route, sql: string) {
    this.#route = route;
    this.#sql = sql;
  }

  get reader(): boolean {
    return this.#route.describe(this.#sql).returnsRows;
  }

  safeIntegers(on = true): this {
    this.#safeIntegers = on;
    return this;
  }

  all(...values: readonly unknown[]): Promise<unknown[]> {
    return this.#perform(values).then((outcome) => outcome?.rows ?? []);
  }

  run(...values: readonly unknown[]): Promise<SqliteRunResult> {
    // Where the text misled `reader`, rows are what the caller wants all the same.
    return this.#perform(values).then((outcome) => (outcome?.rows as never) ?? outcome ?? NOTHING);
  }

  #perform(values: readonly unknown[]): Promise<SqliteOutcome | undefined> {
    // better-sqlite3 takes values one by one or as one array.
    const bound = (Array.isArray(values[0]) ? values[0] : values).map(toSqlite);
    return this.#route.run(this.#sql, bound, (driver) => {
      const connection = driver as SqliteConnection;
      if (this.#safeIntegers === undefined)
        return runStatement(connection, this.#sql, bound, readInstants);
      const statement = connection.client.prepare(this.#sql).safeIntegers(this.#safeIntegers); // not the cached one, which others share
      if (!statement.reader) return statement.run(...bound);
      const rows = statement.all(...bound);
      readInstants(statement, rows);
      return { ...NOTHING, rows };
    });
  }
}

/** @throws ArgumentError when the engine's database is not SQLite. */
export function betterSqlite3Pool(engine: Engine): BetterSqlite3Pool {
  requireDialect(engine, 'sqlite', 'betterSqlite3Pool');
  let used = 0;
  return {
    acquire: () => {
      try {
        const connection = new BetterSqlite3Connection(new Route(engine, true));
        used++;
        return { promise: Promise.resolve(connection) };
      } catch (error) {
        return { promise: Promise.reject(error as Error) };
      }
    },
    release: (connection) => {
      used = Math.max(0, used - 1); // Knex releases the connection of a stream twice
      void connection.route.free();
      return true;
    },
    destroy: () => Promise.resolve(), // the engine outlives its libraries
    numFree: () => 0,
    numUsed: () => used,
    numPendingAcquires: () => 0,
  };
}

/**
 * A connection that is not checked out of a pool: each statement goes to the current session's, or outside every
 * session to one borrowed for it alone.
 *
 * @throws ArgumentError when the engine's database is not SQLite.
 */
export function betterSqlite3Connection(engine: Engine): BetterSqlite3Connection {
  requireDialect(engine, 'sqlite', 'betterSqlite3Connection');
  return new BetterSqlite3Connection(new Route(engine));
}

/** Names of the columns declared as instants, for each cached statement. */
const instantColumns = new WeakMap<Statement, readonly string[]>();

function readInstants(statement: Statement, rows: unknown[]): void {
  let names = instantColumns.get(statement);
  if (!names) {
    names = statement
      .columns()
      .flatMap(({ name, type }) => (/^(?:datetime|timestamp)/i.test(type ?? '') ? [name] : []));
    instantColumns.set(statement, names);
  }
  if (names.length === 0) return;
  for (const row of rows as Record<string, unknown>[]) {
    for (const name of names) {
      const value = row[name];
      if (typeof value === 'string' && INSTANT.test(value)) row[name] = new Date(value);
    }
  }
}

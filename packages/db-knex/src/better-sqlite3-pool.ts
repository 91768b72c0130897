/**
 * What Knex takes as `connectionPool` on SQLite: connections that look like better-sqlite3's to it, but answer with promises,
 * since a statement may have to wait for its turn. Knex awaits every answer; what calls better-sqlite3 synchronously gets
 * none of them, so this is not exported. A checked-out connection stays the same until it is released.
 *
 * Columns declared `datetime` or `timestamp` that hold an instant in UTC as text are read as `Date`, as Python's
 * `sqlite3` does with `PARSE_DECLTYPES`.
 *
 * @see https://knexjs.org/guide/#configuration-options
 */
import type { Engine } from '@quartet/db-core';
import { toDate } from '@quartet/db-core';
import type { SqliteColumn, SqliteOutcome, SqliteRow } from '@quartet/db-core/drivers';
import { requireDialect, Route, runSqlite } from '@quartet/db-core/drivers';

/** The interface of tarn, which Knex's `connectionPool` asks for. */
export interface BetterSqlite3Pool {
  acquire(): { readonly promise: Promise<BetterSqlite3Connection> };
  release(connection: BetterSqlite3Connection): boolean;
  destroy(): Promise<void>;
  numFree(): number;
  numUsed(): number;
  numPendingAcquires(): number;
}

/** ISO 8601, and what SQLite's own `current_timestamp` writes. */
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?$/;
const NOTHING: SqliteOutcome = { changes: 0, lastInsertRowid: 0 };

export class BetterSqlite3Connection {
  /** @internal */
  readonly route: Route;
  readonly #engine: Engine;

  constructor(engine: Engine, checkedOut: boolean) {
    this.#engine = engine;
    this.route = new Route(engine, checkedOut);
  }

  prepare(sql: string): BetterSqlite3Statement {
    return new BetterSqlite3Statement(this.#engine, this.route, sql);
  }
}

class BetterSqlite3Statement {
  readonly #engine: Engine;
  readonly #route: Route;
  readonly #sql: string;
  #bigints = false;

  constructor(engine: Engine, route: Route, sql: string) {
    this.#engine = engine;
    this.#route = route;
    this.#sql = sql;
  }

  /** Whether it returns rows, by its text: no handle is known yet. */
  get reader(): boolean {
    return this.#engine.describe(this.#sql).returnsRows;
  }

  safeIntegers(on = true): this {
    this.#bigints = on;
    return this;
  }

  all(values: readonly unknown[] = []): Promise<SqliteRow[]> {
    return this.#perform(values).then(rowsOf);
  }

  /** Where the text misled `reader`, rows are what the caller wants all the same. */
  run(values: readonly unknown[] = []): Promise<SqliteRow[] | SqliteOutcome> {
    return this.#perform(values).then(rowsOrOutcome);
  }

  #perform(values: readonly unknown[]): Promise<SqliteOutcome | undefined> {
    const call = { sql: this.#sql, values, bigints: this.#bigints, onRows: readInstants };
    return runSqlite(this.#engine, this.#route, call);
  }
}

function rowsOf(outcome: SqliteOutcome = NOTHING): SqliteRow[] {
  return outcome.rows ?? [];
}

function rowsOrOutcome(outcome: SqliteOutcome = NOTHING): SqliteRow[] | SqliteOutcome {
  return outcome.rows ?? outcome;
}

/** @throws ArgumentError when the engine's database is not SQLite. */
export function betterSqlite3Pool(engine: Engine): BetterSqlite3Pool {
  requireDialect(engine, 'sqlite', 'betterSqlite3Pool');
  let used = 0;
  const acquire = async (): Promise<BetterSqlite3Connection> => {
    const connection = new BetterSqlite3Connection(engine, true);
    used++;
    return connection;
  };
  return {
    acquire: () => ({ promise: acquire() }),
    release: (connection) => {
      used = Math.max(0, used - 1); // Knex releases the connection of a stream twice
      connection.route.free().catch(() => undefined); // a connection that cannot be rolled back is gone, and so are its changes
      return true;
    },
    destroy: () => Promise.resolve(), // the engine outlives its libraries
    numFree: () => 0,
    numUsed: () => used,
    numPendingAcquires: () => 0,
  };
}

/** Names of the columns declared as instants, for each list of columns. */
const instantColumns = new WeakMap<readonly SqliteColumn[], readonly string[]>();

function readInstants(rows: SqliteRow[], columns: readonly SqliteColumn[]): void {
  let names = instantColumns.get(columns);
  if (!names) {
    names = columns.flatMap(({ name, type }) =>
      /^(?:datetime|timestamp)/i.test(type ?? '') ? [name] : [],
    );
    instantColumns.set(columns, names);
  }
  for (const name of names)
    for (const row of rows) {
      const value = row[name];
      if (typeof value === 'string' && INSTANT.test(value)) row[name] = toDate(value);
    }
}

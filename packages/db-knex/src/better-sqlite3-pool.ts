/**
 * What Knex takes as `connectionPool` on SQLite: connections that look like better-sqlite3's to it, since it awaits every
 * answer. A caller that does not await is refused before anything has run: better-sqlite3 answers at once, and an engine
 * cannot, since a statement may have to wait for its turn. A checked-out connection stays the same until it is released.
 *
 * Columns declared `datetime` or `timestamp` that hold ISO 8601 text in UTC are read as `Date`, as Python's
 * `sqlite3` does with `PARSE_DECLTYPES`.
 *
 * @see https://knexjs.org/guide/#configuration-options
 */
import type { Engine } from '@quartet/db-core';
import { InvalidRequestError } from '@quartet/db-core';
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

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
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

  all(values: readonly unknown[] = []): PromiseLike<SqliteRow[]> {
    return awaited(async () => (await this.#perform(values)).rows ?? []);
  }

  /** The caller gets rows even where `reader` misjudged the text. */
  run(values: readonly unknown[] = []): PromiseLike<SqliteRow[] | SqliteOutcome> {
    return awaited(async () => {
      const outcome = await this.#perform(values);
      return outcome.rows ?? outcome;
    });
  }

  async #perform(values: readonly unknown[]): Promise<SqliteOutcome> {
    const call = { sql: this.#sql, values, bigints: this.#bigints, onRows: readInstants };
    return (await runSqlite(this.#engine, this.#route, call)) ?? NOTHING;
  }
}

/** An answer that can only be awaited, and runs its statement then. */
function awaited<T>(run: () => Promise<T>): PromiseLike<T> {
  const then: PromiseLike<T>['then'] = (fulfilled, rejected) => run().then(fulfilled, rejected);
  return new Proxy({} as PromiseLike<T>, {
    get(_target, key) {
      if (key === 'then') return then;
      if (typeof key === 'symbol' && key !== Symbol.iterator) return undefined;
      throw new InvalidRequestError(
        `The answer of a SQLite connection of the engine was read (${String(key)}) before it was awaited. Only Knex can use ` +
          'it: for a library that calls better-sqlite3 synchronously, write a driver with Route and runSqlite of @quartet/db-core/drivers.',
      );
    },
  });
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

function readInstants(rows: SqliteRow[], columns: readonly SqliteColumn[]): void {
  for (const { name, type } of columns) {
    if (!/^(?:datetime|timestamp)/i.test(type ?? '')) continue;
    for (const row of rows) {
      const value = row[name];
      if (typeof value === 'string' && INSTANT.test(value)) row[name] = new Date(value);
    }
  }
}

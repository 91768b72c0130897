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
    return new Answer(() => this.#perform(values), rowsOf);
  }

  /** The caller gets rows even where `reader` misjudged the text. */
  run(values: readonly unknown[] = []): PromiseLike<SqliteRow[] | SqliteOutcome> {
    return new Answer(() => this.#perform(values), rowsOrOutcome);
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

/** Refuses to be read; an answer that is awaited is never read itself. */
const UNREAD: object = new Proxy(
  {},
  {
    get(_target, key) {
      if (typeof key === 'symbol' && key !== Symbol.iterator) return undefined;
      throw new InvalidRequestError(
        `The answer of a SQLite connection of the engine was read (${String(key)}) before it was awaited. Only Knex can use ` +
          'it: for a library that calls better-sqlite3 synchronously, write a driver with Route and runSqlite of @quartet/db-core/drivers.',
      );
    },
  },
);

/** An answer that can only be awaited, and runs its statement then. */
class Answer<T> implements PromiseLike<T> {
  readonly #run: () => Promise<SqliteOutcome | undefined>;
  readonly #pick: (outcome?: SqliteOutcome) => T;

  constructor(run: () => Promise<SqliteOutcome | undefined>, pick: (outcome?: SqliteOutcome) => T) {
    this.#run = run;
    this.#pick = pick;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is awaited by Knex, and runs its statement then
  then<R = T, E = never>(
    fulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    rejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    const pick = this.#pick;
    return this.#run().then(
      (outcome) => (fulfilled ? fulfilled(pick(outcome)) : (pick(outcome) as never)),
      rejected,
    );
  }
}
Object.setPrototypeOf(Answer.prototype, UNREAD);

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
      if (typeof value === 'string' && INSTANT.test(value)) row[name] = new Date(value);
    }
}

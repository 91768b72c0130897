/**
 * The callback API of `sqlite3`, on better-sqlite3 handles of the engine's pool: what Sequelize's SQLite
 * dialect takes as its `dialectModule`. Errors bear the messages and codes that `sqlite3` users know.
 *
 * @see https://github.com/TryGhost/node-sqlite3/wiki/API
 */
import type { Engine } from '../engine/engine';
import type { SqliteConnection } from '../dialects/sqlite/connection';
import { requireDialect } from './dialect-of';
import { Route } from './route';
import { runStatement, toSqlite, type SqliteOutcome } from './sqlite-statement';

/** `this` in the callback of a statement. */
export interface Sqlite3Statement {
  /** The key of the last inserted row. */
  lastID: number;
  /** Rows changed. */
  changes: number;
}

export type Sqlite3Callback<T = void> = (
  this: Sqlite3Statement,
  error: Error | null,
  result?: T,
) => void;
type Row = Record<string, unknown>;
type Params = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The part of the `sqlite3` module that libraries use. */
export interface Sqlite3Driver {
  readonly OPEN_READONLY: number;
  readonly OPEN_READWRITE: number;
  readonly OPEN_CREATE: number;
  readonly Database: new (
    file: string,
    mode?: number | ((error: Error | null) => void),
    callback?: (error: Error | null) => void,
  ) => Sqlite3Database;
  readonly Statement: new () => Sqlite3Statement;
}

// Sequelize tells an INSERT's answer by this class's name.
class Statement implements Sqlite3Statement {
  lastID = 0;
  changes = 0;
}

export class Sqlite3Database {
  readonly filename: string;
  readonly #route: Route;
  #uuid: string | undefined;

  constructor(engine: Engine, file: string, callback?: (error: Error | null) => void) {
    this.filename = file;
    requireDialect(engine, 'sqlite', 'sqlite3Driver');
    this.#route = new Route(engine);
    this.#route.exclusive = false;
    if (callback) queueMicrotask(() => callback.call(this, null));
  }

  /** Sequelize marks the connection of a transaction with its id; all others share one. */
  get uuid(): string | undefined {
    return this.#uuid;
  }

  set uuid(value: string | undefined) {
    this.#uuid = value;
    this.#route.exclusive = value !== undefined;
  }

  run(sql: string, params?: Params | Sqlite3Callback, callback?: Sqlite3Callback): this {
    return this.#call(sql, params, callback, nothing);
  }

  all(
    sql: string,
    params?: Params | Sqlite3Callback<Row[]>,
    callback?: Sqlite3Callback<Row[]>,
  ): this {
    return this.#call(sql, params, callback, allRows);
  }

  get(sql: string, params?: Params | Sqlite3Callback<Row>, callback?: Sqlite3Callback<Row>): this {
    return this.#call(sql, params, callback, firstRow);
  }

  /** Calls `onRow` for each row, then `onEnd` with their number. All rows are fetched first. */
  each(
    sql: string,
    params: Params,
    onRow: Sqlite3Callback<Row>,
    onEnd?: Sqlite3Callback<number>,
  ): this {
    return this.all(sql, params, function (error, rows = []) {
      if (!error) for (const row of rows) onRow.call(this, null, row);
      onEnd?.call(this, error, rows.length);
    });
  }

  /** Several statements in one string; none of them may be transaction control. */
  exec(sql: string, callback?: (error: Error | null) => void): this {
    this.#route
      .run(sql, undefined, (driver) => void (driver as SqliteConnection).client.exec(sql))
      .then(
        () => callback?.call(this, null),
        (error: Error) => callback?.call(this, named(error)),
      );
    return this;
  }

  /** Statements are always run one after the other. */
  serialize(fn?: () => void): void {
    fn?.();
  }

  parallelize(fn?: () => void): void {
    fn?.();
  }

  /** Rolls back an unfinished transaction of this object and gives its connection back; the engine stays open. */
  close(callback?: (error: Error | null) => void): void {
    this.#route.free().then(
      () => callback?.call(this, null),
      (error: Error) => callback?.call(this, error),
    );
  }

  #call<T>(
    sql: string,
    params: Params | Sqlite3Callback<T> | undefined,
    callback: Sqlite3Callback<T> | undefined,
    pick: (rows: Row[]) => T | undefined,
  ): this {
    const done = typeof params === 'function' ? params : callback;
    const values = typeof params === 'function' ? undefined : params;
    this.#route
      .run<SqliteOutcome>(sql, values, (driver) =>
        runStatement(driver as SqliteConnection, sql, bindable(values)),
      )
      .then(
        (outcome) => {
          const statement = new Statement();
          if (outcome) {
            statement.lastID = Number(outcome.lastInsertRowid);
            statement.changes = outcome.changes;
          }
          done?.call(statement, null, pick((outcome?.rows as Row[] | undefined) ?? []));
        },
        (error: Error) => done?.call(new Statement(), named(error)),
      );
    return this;
  }
}

/** @throws ArgumentError when the engine's database is not SQLite. */
export function sqlite3Driver(engine: Engine): Sqlite3Driver {
  requireDialect(engine, 'sqlite', 'sqlite3Driver');
  class Database extends Sqlite3Database {
    constructor(
      file: string,
      mode?: number | ((error: Error | null) => void),
      callback?: (error: Error | null) => void,
    ) {
      super(engine, file, typeof mode === 'function' ? mode : callback);
    }
  }
  return { OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4, Database, Statement };
}

/** sqlite3 wants `{ $name }` where better-sqlite3 wants `{ name }`. */
function bindable(params: Params | undefined): readonly unknown[] {
  if (!params) return [];
  if (Array.isArray(params)) return params.map(toSqlite);
  const named: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(params))
    named[/^[$:@]/.test(key) ? key.slice(1) : key] = toSqlite(value);
  return [named];
}

/** `UNIQUE constraint failed: users.name` becomes `SQLITE_CONSTRAINT: UNIQUE constraint failed: users.name`. */
function named(error: Error): Error {
  const code = String((error as { code?: unknown }).code);
  if (code.startsWith('SQLITE_') && !error.message.startsWith('SQLITE_')) {
    error.message = `${code.split('_').slice(0, 2).join('_')}: ${error.message}`;
  }
  return error;
}

function nothing(): undefined {
  return undefined;
}

function allRows(rows: Row[]): Row[] {
  return rows;
}

function firstRow(rows: Row[]): Row | undefined {
  return rows[0];
}

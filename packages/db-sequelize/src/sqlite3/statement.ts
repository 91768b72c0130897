/** A prepared statement of the `sqlite3` facade. Each run prepares it on the handle that it gets, from the handle's cache. */
import { EventEmitter } from 'node:events';
import type { SqliteCall, SqliteOutcome, SqliteRow } from '@quartet/db-core/drivers';
import { callBack } from '@quartet/db-core/drivers';
import { Sqlite3Error, toSqlite3Error } from './errors';
import { bindValues } from './parameters';

/** A callback; `this` is the statement, with `lastID` and `changes` after a `run`. */
export type Sqlite3Callback<T = void> = (this: Statement, error: Error | null, result: T) => void;
type AnyCallback = (this: Statement, error: Error | null, result?: unknown) => void;

/** What a statement needs of the database that has prepared it. */
export interface StatementHost extends EventEmitter {
  send(call: SqliteCall): Promise<SqliteOutcome | undefined>;
  /** Runs `send` after what was asked for before. */
  inTurn<T>(send: () => Promise<T>): Promise<T>;
}

// Sequelize recognizes the answer to an INSERT by the name of this class.
export class Statement<Database extends StatementHost = StatementHost> extends EventEmitter {
  readonly sql: string;
  /** After `run`: the key of the row inserted last. */
  declare lastID: number | string;
  /** After `run`: rows changed. */
  declare changes: number;
  readonly #database: Database;
  #bound: readonly unknown[] = [];
  /** What `get` has read and not yet given. */
  #unread: Promise<SqliteRow[]> | undefined;
  #last: Promise<unknown> | undefined;
  #finalized = false;
  #isPrepared = true;

  constructor(database: Database, sql: string) {
    super();
    this.#database = database;
    this.sql = sql;
  }

  /** Values for every later call that has none of its own. */
  bind(...params: unknown[]): this {
    const callback = takeCallback(params);
    this.#bound = params;
    this.#unread = undefined;
    return this.#after(callback, () => void bindValues(this.sql, params));
  }

  run(callback?: Sqlite3Callback): this;
  run(params: unknown, callback?: Sqlite3Callback): this;
  run(...params: unknown[]): this;
  run(...params: unknown[]): this {
    const callback = takeCallback(params);
    return this.#ask(callback, this.#send(params), (outcome) => {
      this.lastID = outcome?.lastInsertRowid ?? 0;
      this.changes = outcome?.changes ?? 0;
    });
  }

  all<T = SqliteRow>(callback?: Sqlite3Callback<T[]>): this;
  all<T = SqliteRow>(params: unknown, callback?: Sqlite3Callback<T[]>): this;
  all(...params: unknown[]): this;
  all(...params: unknown[]): this {
    const callback = takeCallback(params);
    return this.#ask(callback, this.#send(params), (outcome) => outcome?.rows ?? []);
  }

  /** The next row: a call without values goes on where the one before has stopped, until `reset`. */
  get<T = SqliteRow>(callback?: Sqlite3Callback<T | undefined>): this;
  get<T = SqliteRow>(params: unknown, callback?: Sqlite3Callback<T | undefined>): this;
  get(...params: unknown[]): this;
  get(...params: unknown[]): this {
    const callback = takeCallback(params);
    const unread = params.length === 0 && !this.#finalized ? this.#unread : undefined;
    if (unread) return this.#ask(callback, async () => (await unread).shift());
    const reading = this.#database
      .inTurn(this.#send(params))
      .then((outcome) => outcome?.rows ?? []);
    this.#unread = reading;
    return this.#whenDone(callback, reading, (rows) => rows.shift());
  }

  /** @internal For a statement that is used once. */
  first(params: unknown[]): void {
    const callback = takeCallback(params);
    this.#ask(callback, this.#send(params, true), (outcome) => outcome?.rows?.[0]);
  }

  /** Calls `onRow` for each row, then `onEnd` with their number. All rows are read first. */
  each<T = SqliteRow>(onRow: Sqlite3Callback<T>, onEnd?: Sqlite3Callback<number>): this;
  each<T = SqliteRow>(
    params: unknown,
    onRow: Sqlite3Callback<T>,
    onEnd?: Sqlite3Callback<number>,
  ): this;
  each(...params: unknown[]): this;
  each(...params: unknown[]): this {
    const last = takeCallback(params);
    const onRow = takeCallback(params);
    const send = this.#send(params);
    const answer = (outcome: SqliteOutcome | undefined): number => {
      const rows = outcome?.rows ?? [];
      for (const row of rows) callBack(() => (onRow ?? last)?.call(this, null, row));
      return rows.length;
    };
    if (onRow) return this.#ask(last, send, answer);
    // The only callback gets rows, and an error
    const failed: AnyCallback | undefined = last && ((error) => error && last.call(this, error));
    return this.#ask(failed, send, answer);
  }

  /** An object by the first column: of the second column's values, or of whole rows where there are more. */
  map(...params: unknown[]): this {
    const callback = takeCallback(params);
    return this.#ask(callback, this.#send(params), (outcome) =>
      Object.fromEntries(
        (outcome?.rows ?? []).map((row) => {
          const [key, value, ...more] = Object.values(row);
          return [key, more.length > 0 ? row : value];
        }),
      ),
    );
  }

  reset(callback?: Sqlite3Callback): this {
    this.#unread = undefined;
    return this.#after(callback as AnyCallback | undefined);
  }

  /** @internal Whether the database cannot be closed before it is finalized. One that SQLite did not prepare holds nothing. */
  get isOpen(): boolean {
    return !this.#finalized && this.#isPrepared;
  }

  finalize(callback?: Sqlite3Callback): Database {
    this.#after(callback as AnyCallback | undefined);
    this.#finalized = true;
    return this.#database;
  }

  /** @internal Calls back when the database has prepared it, or will not. */
  check(callback: AnyCallback): void {
    this.#ask(
      callback,
      () => this.#database.send({ sql: `EXPLAIN ${this.sql}`, ...bindValues(this.sql, []) }),
      () => undefined,
    );
  }

  #send(params: readonly unknown[], first = false): () => Promise<SqliteOutcome | undefined> {
    const given = params.length > 0 ? params : this.#bound;
    const finalized = this.#finalized;
    return () => {
      if (finalized) throw new Sqlite3Error('MISUSE', 'Statement is already finalized');
      return this.#database.send({ sql: this.sql, first, ...bindValues(this.sql, given) });
    };
  }

  /** @param answer what the callback is given besides `null`. */
  #ask<T>(
    callback: AnyCallback | undefined,
    send: () => Promise<T>,
    answer?: (value: T) => unknown,
  ): this {
    return this.#whenDone(callback, this.#database.inTurn(send), answer);
  }

  /** When the calls before have been answered. */
  #after(callback: AnyCallback | undefined, perform?: () => void): this {
    const last = this.#last?.catch(() => undefined);
    return this.#ask(callback, async () => {
      await last;
      perform?.();
    });
  }

  #whenDone<T>(
    callback: AnyCallback | undefined,
    asked: Promise<T>,
    answer: (value: T) => unknown = (value) => value,
  ): this {
    this.#last = asked;
    asked.then(
      (value) => {
        const result = answer(value);
        callBack(() => callback?.call(this, null, result));
      },
      (error: Error) => callBack(() => this.#fail(toSqlite3Error(error), callback)),
    );
    return this;
  }

  /** Without a callback it is an event: of the statement, or where nothing listens there, of the database. */
  #fail(error: Error, callback: AnyCallback | undefined): void {
    if ('code' in error && error.code === 'SQLITE_ERROR') this.#isPrepared = false;
    if (callback) callback.call(this, error);
    else if (this.listenerCount('error') > 0) this.emit('error', error);
    else this.#database.emit('error', error);
  }
}

/** Takes the callback off the end. */
function takeCallback(params: unknown[]): AnyCallback | undefined {
  return typeof params.at(-1) === 'function' ? (params.pop() as AnyCallback) : undefined;
}

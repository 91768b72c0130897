/**
 * A `Database` of the `sqlite3` facade. It holds no handle: each statement runs on the current session's connection, or
 * outside every session on one borrowed for it, in the order of asking.
 *
 * @see https://github.com/TryGhost/node-sqlite3/wiki/API
 */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '@quartet/db-core';
import { ArgumentError, InvalidRequestError, outsideScope } from '@quartet/db-core';
import type { SqliteCall, SqliteOutcome, SqliteRow } from '@quartet/db-core/drivers';
import { callBack, execSqlite, Route, runSqlite } from '@quartet/db-core/drivers';
import { CONSTANTS } from './constants';
import { Sqlite3Error, toSqlite3Error } from './errors';
import { Statement, type Sqlite3Callback } from './statement';

export type DatabaseCallback = (this: Sqlite3Database, error: Error | null) => void;

const { OPEN_CREATE, OPEN_READONLY, OPEN_READWRITE, OPEN_FULLMUTEX } = CONSTANTS;
const DEFAULT_MODE = OPEN_READWRITE | OPEN_CREATE | OPEN_FULLMUTEX;

/** What a facade cannot do, and what does it. */
const REFUSED = {
  backup: "copy the file by better-sqlite3's own backup(), or by VACUUM INTO",
  configure: 'createEngine takes busyTimeoutMs; limits are fixed',
  interrupt: 'a statement of SQLite runs to its end',
  loadExtension: 'the handles belong to the engine',
};
/** Events that would need a handle of its own. */
const REFUSED_EVENTS = ['trace', 'profile', 'change'];

export class Sqlite3Database extends EventEmitter {
  readonly filename: string;
  readonly mode: number;
  /** Sequelize marks the connection of a transaction with its id; every other object many callers use at once. */
  uuid: string | undefined;
  readonly #engine: Engine;
  readonly #route: Route;
  /** Why nothing may be sent. */
  #refusal: Error | undefined;
  #open = false;
  #last: Promise<unknown> | undefined;
  #underWay = 0;
  #onceIdle: (() => void)[] = [];
  readonly #prepared = new PreparedStatements();

  /** @throws ArgumentError when `filename` is another database than the engine's. */
  constructor(
    engine: Engine,
    filename: string,
    mode: number | DatabaseCallback = DEFAULT_MODE,
    callback?: DatabaseCallback,
  ) {
    super();
    this.#engine = engine;
    this.#route = new Route(engine, false, () => this.uuid === undefined);
    this.filename = filename;
    this.mode = typeof mode === 'number' ? mode : DEFAULT_MODE;
    this.assertEngines(filename);
    const done = typeof mode === 'function' ? mode : callback;
    const { database } = engine.url;
    if ((this.mode & OPEN_CREATE) === 0 && database !== ':memory:' && !existsSync(database)) {
      const error = new Sqlite3Error('CANTOPEN', 'unable to open database file');
      this.#refusal = error;
      queueMicrotask(() => this.#opened(done, error));
    } else if (engine.status().opened > 0) queueMicrotask(() => this.#opened(done));
    else this.#openFirst(done);
  }

  get open(): boolean {
    return this.#open;
  }

  run(sql: string, callback?: Sqlite3Callback): this;
  run(sql: string, params: unknown, callback?: Sqlite3Callback): this;
  run(sql: string, ...params: unknown[]): this;
  run(sql: string, ...params: unknown[]): this {
    new Statement(this, sql).run(...params);
    return this;
  }

  all<T = SqliteRow>(sql: string, callback?: Sqlite3Callback<T[]>): this;
  all<T = SqliteRow>(sql: string, params: unknown, callback?: Sqlite3Callback<T[]>): this;
  all(sql: string, ...params: unknown[]): this;
  all(sql: string, ...params: unknown[]): this {
    new Statement(this, sql).all(...params);
    return this;
  }

  get<T = SqliteRow>(sql: string, callback?: Sqlite3Callback<T | undefined>): this;
  get<T = SqliteRow>(sql: string, params: unknown, callback?: Sqlite3Callback<T | undefined>): this;
  get(sql: string, ...params: unknown[]): this;
  get(sql: string, ...params: unknown[]): this {
    new Statement(this, sql).first(params);
    return this;
  }

  /** Calls `onRow` for each row, then `onEnd` with their number. All rows are read first. */
  each<T = SqliteRow>(
    sql: string,
    onRow: Sqlite3Callback<T>,
    onEnd?: Sqlite3Callback<number>,
  ): this;
  each<T = SqliteRow>(
    sql: string,
    params: unknown,
    onRow: Sqlite3Callback<T>,
    onEnd?: Sqlite3Callback<number>,
  ): this;
  each(sql: string, ...params: unknown[]): this;
  each(sql: string, ...params: unknown[]): this {
    new Statement(this, sql).each(...params);
    return this;
  }

  map(sql: string, ...params: unknown[]): this {
    new Statement(this, sql).map(...params);
    return this;
  }

  prepare(sql: string, callback?: Sqlite3Callback): Statement<this>;
  prepare(sql: string, params: unknown, callback?: Sqlite3Callback): Statement<this>;
  prepare(sql: string, ...params: unknown[]): Statement<this>;
  prepare(sql: string, ...params: unknown[]): Statement<this> {
    const statement = new Statement(this, sql);
    this.#prepared.add(statement);
    const callback = params.at(-1);
    const values = typeof callback === 'function' ? params.slice(0, -1) : params;
    if (values.length > 0) statement.bind(...values);
    if (typeof callback === 'function') statement.check(callback as never);
    return statement;
  }

  /** Several statements in one text; none of them may be transaction control. */
  exec(sql: string, callback?: DatabaseCallback): this {
    const asked = this.inTurn(() => execSqlite(this.#engine, this.#route, sql, this.#readOnly));
    return this.#whenDone(asked, callback);
  }

  /** Statements of one object always run in order. */
  serialize(fn?: () => void): this {
    fn?.call(this);
    return this;
  }

  parallelize(fn?: () => void): this {
    return this.serialize(fn);
  }

  /** Calls back when what was asked for before has been done. */
  wait(callback?: DatabaseCallback): this {
    return this.#whenDone(this.#idle(), callback);
  }

  /**
   * Waits for what was asked for before, and rolls back an unfinished transaction of this object. The engine stays open.
   * Fails as `SQLITE_BUSY` while a prepared statement is not finalized.
   */
  close(callback?: DatabaseCallback): this {
    if (this.#refusal) return this.#whenDone(Promise.reject(this.#refusal), callback);
    if (this.#prepared.hasUnfinalized)
      return this.#whenDone(Promise.reject(unfinalized()), callback);
    this.#refusal = new Sqlite3Error('MISUSE', 'Database handle is closed');
    const closed = this.#idle()
      .then(() => this.#route.free())
      .finally(() => (this.#open = false));
    // Without a callback (Sequelize) an error of this rollback is no event: the transaction is lost, as was intended.
    const done = callback ?? (this.listenerCount('error') > 0 ? undefined : (): void => undefined);
    return this.#whenDone(closed, done, () => this.emit('close'));
  }

  /** @throws InvalidRequestError for `trace`, `profile` and `change`. */
  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    if (REFUSED_EVENTS.includes(String(event)))
      throw new InvalidRequestError(
        `The sqlite3 facade has no event '${String(event)}': listen to the engine's ('query').`,
      );
    return super.on(event, listener as (...args: unknown[]) => void);
  }

  override addListener(event: string | symbol, listener: (...args: never[]) => void): this {
    return this.on(event, listener);
  }

  /** @internal */
  send(call: Omit<SqliteCall, 'readOnly'>): Promise<SqliteOutcome | undefined> {
    return runSqlite(this.#engine, this.#route, { readOnly: this.#readOnly, ...call });
  }

  /** @internal After what was asked for before. In a session its connection sees to that, and nothing else is waited for. */
  inTurn<T>(send: () => Promise<T>): Promise<T> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    this.#underWay++;
    const inOrder = this.keepsOrder && !this.#route.inSession;
    const asked = inOrder && this.#last ? this.#last.then(send, send) : attempt(send);
    if (inOrder) this.#last = asked;
    const settled = (): void => {
      if (this.#last === asked) this.#last = undefined;
      if (--this.#underWay === 0) for (const go of this.#onceIdle.splice(0)) go();
    };
    asked.then(settled, settled);
    return asked;
  }

  /** @internal */
  protected get keepsOrder(): boolean {
    return true;
  }

  /** @internal */
  protected assertEngines(filename: string): void {
    const { database } = this.#engine.url;
    if (filename === '' || filename === ':memory:') return;
    if (database !== ':memory:' && resolve(filename) === resolve(database)) return;
    throw new ArgumentError(
      `The sqlite3 facade of this engine opens ${database} only, not ${filename}. ` +
        "Pass ':memory:' or the engine's own file, or make an engine for the other one.",
    );
  }

  get #readOnly(): boolean {
    return (this.mode & OPEN_READONLY) !== 0;
  }

  /** Whether the file can be opened at all is known once the engine has a handle of it. */
  #openFirst(done: DatabaseCallback | undefined): void {
    this.inTurn(() => outsideScope(() => this.#engine.ready())).then(
      () => this.#opened(done),
      (error: Error) => this.#opened(done, (this.#refusal = notOpened(error))),
    );
  }

  #opened(callback: DatabaseCallback | undefined, error?: Error): void {
    this.#open = error === undefined;
    callBack(() => {
      if (callback) callback.call(this, error ?? null);
      else if (error) this.emit('error', error);
    });
    if (!error) callBack(() => this.emit('open'));
  }

  #idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((done) => this.#onceIdle.push(done));
  }

  #whenDone(
    asked: Promise<unknown>,
    callback: DatabaseCallback | undefined,
    then?: () => void,
  ): this {
    asked.then(
      () => {
        callBack(() => callback?.call(this, null));
        if (then) callBack(then);
      },
      (error: Error) => {
        const named = toSqlite3Error(error);
        callBack(() => (callback ? callback.call(this, named) : this.emit('error', named)));
      },
    );
    return this;
  }
}

/** Statements that `prepare` has made. One that nobody holds any more is as good as finalized. */
class PreparedStatements {
  #statements: WeakRef<Statement>[] = [];

  get hasUnfinalized(): boolean {
    this.#sweep();
    return this.#statements.length > 0;
  }

  add(statement: object): void {
    this.#statements.push(new WeakRef(statement as Statement));
    if (this.#statements.length % SWEEP === 0) this.#sweep();
  }

  #sweep(): void {
    this.#statements = this.#statements.filter((each) => each.deref()?.isOpen);
  }
}

const SWEEP = 1_000;

for (const [name, instead] of Object.entries(REFUSED))
  Object.defineProperty(Sqlite3Database.prototype, name, {
    configurable: true,
    writable: true,
    value: (): never => {
      throw new InvalidRequestError(`The sqlite3 facade has no ${name}(): ${instead}.`);
    },
  });

function unfinalized(): Sqlite3Error {
  return new Sqlite3Error(
    'BUSY',
    'unable to close due to unfinalized statements: call finalize() of what prepare() has given',
  );
}

/** @param error the engine's, whose cause is the driver's */
function notOpened(error: Error): Sqlite3Error {
  const cause = error.cause instanceof Error ? error.cause : error;
  const named = toSqlite3Error(cause);
  return named instanceof Sqlite3Error
    ? named
    : new Sqlite3Error('CANTOPEN', `unable to open database file: ${cause.message}`, cause);
}

function attempt<T>(send: () => Promise<T>): Promise<T> {
  try {
    return send();
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

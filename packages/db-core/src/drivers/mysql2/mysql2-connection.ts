/** A `mysql2` connection that holds no socket: each statement goes where its route says. */
import { EventEmitter } from 'node:events';
import type { Connection, FieldPacket, QueryOptions } from 'mysql2';
import type { MysqlResult } from '../../dialects/mysql/answers';
import type { MysqlConnection } from '../../dialects/mysql/connection';
import type { Engine } from '../../engine/engine';
import { Route } from '../route';
import { CANCEL, Stoppable } from '../stoppable';
import { Mysql2Command, Mysql2Query } from './mysql2-query';
import type { Mysql2Config } from './options';
import { type Method, toSend } from './statement';
import { callBack } from '../callback';

export type Callback = (error: Error | null, result?: unknown, fields?: unknown) => void;
export type Statement = string | QueryOptions;
type QueryValues = NonNullable<QueryOptions['values']>;

export class Mysql2Connection extends EventEmitter {
  /** Fields by which libraries judge whether a connection is still good. */
  readonly stream = { destroyed: false };
  readonly authorized = true;
  readonly _fatalError = null;
  readonly _protocolError = null;
  _closing = false;
  readonly config: Mysql2Config;
  /** mysql2's own, which is pure: see `CONNECTION`. */
  declare _resolveNamedPlaceholders: (options: QueryOptions) => void;
  readonly #route: Route;
  readonly #stoppable = new Stoppable();

  /** @param checkedOut whether it takes a connection for itself, until `release()`. @throws ScopeClosedError */
  constructor(engine: Engine, config: Mysql2Config, checkedOut = false) {
    super();
    this.#route = new Route(engine, checkedOut);
    this.config = config;
  }

  /** The server's number of the connection in use; 0 while none is held. */
  get threadId(): number {
    return this.#route.connectionId ?? 0;
  }

  get state(): string {
    return this._closing ? 'disconnected' : 'authenticated';
  }

  connect(callback?: (error: Error | null, connection?: this) => void): void {
    if (callback) queueMicrotask(() => callback(null, this));
  }

  query(sql: Statement, values?: unknown, callback?: Callback): EventEmitter {
    return this.#call('query', sql, values, callback);
  }

  execute(sql: Statement, values?: unknown, callback?: Callback): EventEmitter {
    return this.#call('execute', sql, values, callback);
  }

  beginTransaction(callback?: Callback): void {
    this.query('START TRANSACTION', callback);
  }

  commit(callback?: Callback): void {
    this.query('COMMIT', callback);
  }

  rollback(callback?: Callback): void {
    this.query('ROLLBACK', callback);
  }

  ping(callback?: Callback): void {
    this.query('SELECT 1', (error: Error | null) => callback?.(error));
  }

  promise(promise?: PromiseConstructor): object {
    const { PromiseConnection } = promises();
    return new PromiseConnection(this, promise);
  }

  /** Rolls back what is unfinished. The engine stays open. */
  end(callback?: (error?: Error) => void): void {
    this._closing = true;
    void this.free().then((error) => {
      this.emit('end');
      callback?.(error);
    });
  }

  close(): void {
    this.end();
  }

  destroy(): void {
    this.end();
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** @internal */
  [CANCEL](): Promise<void> {
    return this.#stoppable.stop();
  }

  /** @internal Waits for the connection that was checked out, outside a session. */
  open(): Promise<void> | undefined {
    return this.#route.open();
  }

  /** @internal Never rejects; see {@link Route.free}. */
  free(): Promise<Error | undefined> {
    return this.#route.free();
  }

  #call(
    method: Method,
    sql: Statement,
    values: unknown,
    callback: Callback | undefined,
  ): EventEmitter {
    const done = typeof values === 'function' ? (values as Callback) : callback;
    const given = optionsOf(sql, typeof values === 'function' ? undefined : values);
    const sent = toSend(method, this.config, given, (options) =>
      this._resolveNamedPlaceholders(options),
    );
    if (!done) return new Mysql2Query(this.#route, given, sent);
    const command = new Mysql2Command(sent.sql, given.values);
    this.#ask(method, given, sent)
      .then(
        ([rows, fields]) => callBack(() => done(null, rows, fields)),
        (error: Error) => callBack(() => done(error)),
      )
      .finally(() => command.emit('end'));
    return command;
  }

  async #ask(method: Method, given: QueryOptions, sent: QueryOptions): Promise<MysqlResult> {
    if (this._closing)
      throw Object.assign(new Error("Can't add new command when connection is in closed state"), {
        code: 'PROTOCOL_CONNECTION_LOST',
        fatal: true,
      });
    this.#stoppable.ask();
    const answer = this.#route.run(given.sql, given.values, (driver) =>
      this.#stoppable.run(
        () => perform((driver as MysqlConnection).client, method, sent),
        () => driver.cancel(),
      ),
    );
    try {
      return (await answer) ?? emptyResult();
    } finally {
      this.#stoppable.answered();
    }
  }
}

function optionsOf(sql: Statement, values: unknown): QueryOptions {
  const own: QueryOptions =
    typeof sql === 'string' ? { sql, values: undefined } : { values: undefined, ...sql };
  if (values !== undefined) own.values = values as QueryValues;
  return own;
}

interface PromiseClasses {
  readonly PromiseConnection: new (connection: object, promise?: PromiseConstructor) => object;
  readonly PromisePoolConnection: new (connection: object, promise?: PromiseConstructor) => object;
  readonly PromisePool: new (pool: object, promise?: PromiseConstructor) => object;
}

/** The classes of `mysql2/promise` hand every call on to the connection or pool that they are given. */
export function promises(): PromiseClasses {
  return require('mysql2/promise') as PromiseClasses;
}

function perform(raw: Connection, method: Method, options: QueryOptions): Promise<MysqlResult> {
  return new Promise((resolve, reject) => {
    raw[method](options, (error: Error | null, rows: unknown, fields: FieldPacket[]) =>
      error ? reject(error) : resolve([rows, fields]),
    );
  });
}

/** What mysql2 answers to transaction control. */
function emptyResult(): MysqlResult {
  const header = {
    fieldCount: 0,
    affectedRows: 0,
    insertId: 0,
    info: '',
    serverStatus: 0,
    warningStatus: 0,
    changedRows: 0,
  };
  return [header, undefined];
}

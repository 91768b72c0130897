/**
 * The `mysql2` module, whose connections run on the current session's connection.
 *
 * `getConnection()` of a pool checks a connection out until `release()`; inside a session that is the
 * session's own. A `createConnection()` outside every session borrows a connection for each statement or
 * each transaction, since libraries keep pools of them.
 *
 * @see https://sidorares.github.io/node-mysql2/docs
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type * as mysql2 from 'mysql2';
import type { MysqlResult } from '../dialects/mysql';
import type { Engine } from '../engine';
import { requireDialect } from './dialect-of';
import { Route } from './route';

type Callback = (error: Error | null, result?: unknown, fields?: unknown) => void;
type Options = Record<string, unknown> & { readonly sql: string; readonly values?: unknown };
type Statement = string | Options;
type Method = 'query' | 'execute';

/** Options of a connection that decide how values are read; mysql2 takes every one of them per query too. */
const PER_QUERY = [
  'typeCast',
  'timezone',
  'dateStrings',
  'supportBigNumbers',
  'bigNumberStrings',
  'decimalNumbers',
  'rowsAsArray',
  'nestTables',
  'namedPlaceholders',
];

/** The module `mysql2` with connections and pools of the engine. */
export type Mysql2Driver = Omit<typeof mysql2, 'createConnection' | 'createPool'> & {
  createConnection(options?: object): Mysql2Connection;
  createPool(options?: object): Mysql2Pool;
};

/** What `query` gives back: an emitter of the rows, or a stream of them. */
export interface Mysql2Query extends EventEmitter {
  stream(options?: object): Readable;
}

/** The part of `mysql2/promise` that a connection offers. */
export interface Mysql2Promises {
  query(sql: Statement, values?: unknown): Promise<MysqlResult>;
  execute(sql: Statement, values?: unknown): Promise<MysqlResult>;
}

export class Mysql2Connection extends EventEmitter {
  /** Fields by which libraries judge whether a connection is still good. */
  readonly stream = { destroyed: false };
  readonly threadId = 0;
  readonly config: Record<string, unknown> = {};
  _closing = false;
  readonly _fatalError = null;
  readonly _protocolError = null;
  readonly #route: Route;
  readonly #perQuery: Record<string, unknown> | undefined;
  #promises: Mysql2Promises | undefined;

  constructor(route: Route, perQuery?: Record<string, unknown>) {
    super();
    this.#route = route;
    this.#perQuery = perQuery;
  }

  connect(callback?: (error: Error | null) => void): void {
    if (callback) queueMicrotask(() => callback(null));
  }

  query(sql: Statement, values?: unknown, callback?: Callback): Mysql2Query {
    return this.#call('query', sql, values, callback);
  }

  execute(sql: Statement, values?: unknown, callback?: Callback): Mysql2Query {
    return this.#call('execute', sql, values, callback);
  }

  promise(): Mysql2Promises {
    return (this.#promises ??= {
      query: (sql, values) => this.#ask('query', this.#options(sql, values)),
      execute: (sql, values) => this.#ask('execute', this.#options(sql, values)),
    });
  }

  ping(callback?: (error: Error | null) => void): void {
    this.query('SELECT 1', undefined, (error) => callback?.(error));
  }

  /** Rolls back what is unfinished. The engine stays open. */
  end(callback?: (error?: Error) => void): void {
    this._closing = true;
    this.#route.free().then(() => callback?.(), callback);
  }

  destroy(): void {
    this._closing = true;
    void this.#route.free();
  }

  /** Gives a checked-out connection back; what it left unfinished is rolled back. */
  release(): void {
    void this.#route.free();
  }

  #options(sql: Statement, values: unknown): Options {
    const given = typeof sql === 'string' ? { sql } : sql;
    return { ...this.#perQuery, ...given, ...(values !== undefined && { values }) };
  }

  #ask(method: Method, options: Options): Promise<MysqlResult> {
    return this.#route
      .run(options.sql, options.values, (raw) => perform(raw as mysql2.Connection, method, options))
      .then((result) => result ?? EMPTY());
  }

  #call(
    method: Method,
    sql: Statement,
    values: unknown,
    callback: Callback | undefined,
  ): Mysql2Query {
    const done = typeof values === 'function' ? (values as Callback) : callback;
    const options = this.#options(sql, typeof values === 'function' ? undefined : values);
    if (!done) return new EmittingQuery(this.#route, options);
    this.#ask(method, options).then(([rows, fields]) => done(null, rows, fields), done);
    return new EventEmitter() as Mysql2Query;
  }
}

/** A query without a callback: it starts with the next microtask, as a stream if one was asked for by then. */
class EmittingQuery extends EventEmitter implements Mysql2Query {
  readonly #route: Route;
  readonly #options: Options;
  readonly #context = new AsyncResource('quartet.query');
  #stream: Readable | undefined;
  #raw: mysql2.Connection | undefined;

  constructor(route: Route, options: Options) {
    super();
    this.#route = route;
    this.#options = options;
    queueMicrotask(() => this.#start());
  }

  /** Rows with back-pressure. Destroying it lets the rest of the result pass by and then frees the connection. */
  stream(options: object = {}): Readable {
    this.#stream ??= new Readable({
      ...options,
      objectMode: true,
      read: () => this.#raw?.resume(),
      destroy: (error, callback) => {
        this.#raw?.resume();
        callback(error);
      },
    });
    return this.#stream;
  }

  override emit(event: string, ...args: unknown[]): boolean {
    return this.#context.runInAsyncScope(super.emit, this, event, ...args) as boolean;
  }

  #start(): void {
    if (this.#stream?.destroyed) return;
    this.#route
      .run(this.#options.sql, this.#options.values, (raw) =>
        this.#perform(raw as mysql2.Connection),
      )
      .then(
        () => {
          this.emit('end');
          this.#stream?.push(null);
        },
        (error: Error) => {
          if (this.#stream) this.#stream.destroy(error);
          if (!this.#stream || this.listenerCount('error') > 0) this.emit('error', error);
        },
      );
  }

  #perform(raw: mysql2.Connection): Promise<MysqlResult> {
    const stream = this.#stream;
    if (stream?.destroyed) return Promise.resolve([[], undefined]);
    this.#raw = raw;
    return new Promise<MysqlResult>((resolve, reject) => {
      let header: unknown = [];
      const query = raw.query(this.#options as mysql2.QueryOptions);
      query.on('fields', (fields: unknown) => {
        this.emit('fields', fields);
        if (stream && !stream.destroyed)
          this.#context.runInAsyncScope(() => stream.emit('fields', fields));
      });
      query.on('result', (row: unknown, index: unknown) => {
        if (
          !Array.isArray(row) &&
          typeof (row as { serverStatus?: unknown }).serverStatus === 'number'
        )
          header = row;
        this.emit('result', row, index);
        if (stream && !stream.destroyed && !this.#context.runInAsyncScope(() => stream.push(row)))
          raw.pause();
      });
      query.on('error', reject);
      query.on('end', () => resolve([header, undefined]));
    }).finally(() => {
      this.#raw = undefined;
      raw.resume();
    });
  }
}

export class Mysql2Pool extends EventEmitter {
  readonly #engine: Engine;
  readonly #perQuery: Record<string, unknown> | undefined;

  constructor(engine: Engine, options: object | undefined) {
    super();
    this.#engine = engine;
    this.#perQuery = perQueryOptions(options);
  }

  /** Calls back at once, in the caller's async context. */
  getConnection(callback: (error: Error | null, connection?: Mysql2Connection) => void): void {
    let connection: Mysql2Connection;
    try {
      connection = new Mysql2Connection(new Route(this.#engine, true), this.#perQuery);
    } catch (error) {
      return callback(error as Error);
    }
    callback(null, connection);
  }

  query(sql: Statement, values?: unknown, callback?: Callback): Mysql2Query {
    return new Mysql2Connection(new Route(this.#engine), this.#perQuery).query(
      sql,
      values,
      callback,
    );
  }

  execute(sql: Statement, values?: unknown, callback?: Callback): Mysql2Query {
    return new Mysql2Connection(new Route(this.#engine), this.#perQuery).execute(
      sql,
      values,
      callback,
    );
  }

  promise(): Mysql2Promises & { getConnection(): Promise<Mysql2Connection>; end(): Promise<void> } {
    const connection = (): Mysql2Promises =>
      new Mysql2Connection(new Route(this.#engine), this.#perQuery).promise();
    return {
      query: (sql, values) => connection().query(sql, values),
      execute: (sql, values) => connection().execute(sql, values),
      getConnection: async () =>
        new Mysql2Connection(new Route(this.#engine, true), this.#perQuery),
      end: () => Promise.resolve(),
    };
  }

  end(callback?: (error?: Error) => void): void {
    callback?.();
  }
}

/** @throws ArgumentError when the engine's database is not MariaDB or MySQL. */
export function mysql2Driver(engine: Engine): Mysql2Driver {
  requireDialect(engine, 'mysql', 'mysql2Driver');
  const module = require('mysql2') as typeof mysql2;
  return {
    ...module,
    createConnection(options?: object): Mysql2Connection {
      const connection = new Mysql2Connection(new Route(engine), perQueryOptions(options));
      queueMicrotask(() => connection.emit('connect'));
      return connection;
    },
    createPool: (options?: object) => new Mysql2Pool(engine, options),
  } as unknown as Mysql2Driver;
}

function perform(raw: mysql2.Connection, method: Method, options: Options): Promise<MysqlResult> {
  return new Promise((resolve, reject) => {
    raw[method](
      options as mysql2.QueryOptions,
      (error: Error | null, rows: unknown, fields: unknown) =>
        error ? reject(error) : resolve([rows, fields as mysql2.FieldPacket[] | undefined]),
    );
  });
}

/** What mysql2 answers to transaction control. */
function EMPTY(): MysqlResult {
  return [
    {
      affectedRows: 0,
      changedRows: 0,
      fieldCount: 0,
      info: '',
      insertId: 0,
      serverStatus: 0,
      warningStatus: 0,
    },
    undefined,
  ];
}

function perQueryOptions(options: object | undefined): Record<string, unknown> | undefined {
  const given = Object.entries(options ?? {}).filter(
    ([key, value]) => value !== undefined && PER_QUERY.includes(key),
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

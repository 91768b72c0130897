/** A `mysql2` connection that holds no socket, with callbacks and with promises: each statement goes where its route says. */
import { EventEmitter } from 'node:events';
import type { Connection, FieldPacket, QueryOptions } from 'mysql2';
import type { MysqlConnection, MysqlResult } from '../dialects/mysql/connection';
import type { Route } from './route';
import { Mysql2Query } from './mysql2-query';

type Callback = (error: Error | null, result?: unknown, fields?: unknown) => void;
type QueryValues = NonNullable<QueryOptions['values']>;
type Statement = string | QueryOptions;
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

/** Those of them that were given. */
export function perQueryOptions(options: object | undefined): object | undefined {
  const given = Object.entries(options ?? {}).filter(
    ([key, value]) => value !== undefined && PER_QUERY.includes(key),
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

export class Mysql2Connection extends EventEmitter {
  /** Fields by which libraries judge whether a connection is still good. */
  readonly stream = { destroyed: false };
  readonly threadId = 0;
  readonly config: Record<string, unknown> = {};
  readonly _fatalError = null;
  readonly _protocolError = null;
  _closing = false;
  readonly #route: Route;
  readonly #perQuery: object | undefined;
  #promises: Mysql2PromiseConnection | undefined;

  constructor(route: Route, perQuery?: object) {
    super();
    this.#route = route;
    this.#perQuery = perQuery;
  }

  connect(callback?: (error: Error | null) => void): void {
    if (callback) queueMicrotask(() => callback(null));
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
    this.query('SELECT 1', callback);
  }

  promise(): Mysql2PromiseConnection {
    return (this.#promises ??= new Mysql2PromiseConnection(this));
  }

  /** Rolls back what is unfinished. The engine stays open. */
  end(callback?: (error?: Error) => void): void {
    this._closing = true;
    void this.#route.free().then(() => callback?.(), callback);
  }

  destroy(): void {
    this._closing = true;
    void this.#route.free();
  }

  /** Gives a checked-out connection back; what it left unfinished is rolled back. */
  release(): void {
    void this.#route.free();
  }

  /** @internal */
  ask(method: Method, sql: Statement, values: unknown): Promise<MysqlResult> {
    const options = this.#options(sql, values);
    return this.#route
      .run(options.sql, options.values, (driver) =>
        perform((driver as MysqlConnection).client, method, options),
      )
      .then((result) => result ?? emptyResult());
  }

  #call(
    method: Method,
    sql: Statement,
    values: unknown,
    callback: Callback | undefined,
  ): EventEmitter {
    const done = typeof values === 'function' ? (values as Callback) : callback;
    const bound = typeof values === 'function' ? undefined : values;
    if (!done) return new Mysql2Query(this.#route, this.#options(sql, bound));
    this.ask(method, sql, bound).then(([rows, fields]) => done(null, rows, fields), done);
    return new EventEmitter();
  }

  #options(sql: Statement, values: unknown): QueryOptions {
    const given = typeof sql === 'string' ? { sql } : sql;
    return {
      ...this.#perQuery,
      ...given,
      ...(values !== undefined && { values: values as QueryValues }),
    };
  }
}

/** What `connection.promise()` gives, and a pool's `promise().getConnection()`. */
export class Mysql2PromiseConnection {
  readonly connection: Mysql2Connection;

  constructor(connection: Mysql2Connection) {
    this.connection = connection;
  }

  query(sql: Statement, values?: unknown): Promise<MysqlResult> {
    return this.connection.ask('query', sql, values);
  }

  execute(sql: Statement, values?: unknown): Promise<MysqlResult> {
    return this.connection.ask('execute', sql, values);
  }

  async beginTransaction(): Promise<void> {
    await this.query('START TRANSACTION');
  }

  async commit(): Promise<void> {
    await this.query('COMMIT');
  }

  async rollback(): Promise<void> {
    await this.query('ROLLBACK');
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  release(): void {
    this.connection.release();
  }

  destroy(): void {
    this.connection.destroy();
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.connection.end((error) => (error ? reject(error) : resolve())),
    );
  }
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

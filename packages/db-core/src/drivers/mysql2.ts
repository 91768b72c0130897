/**
 * The `mysql2` module, whose connections run on the current session's connection.
 *
 * `getConnection()` of a pool checks a connection out until `release()`; inside a session that is the session's own. A
 * `createConnection()` outside every session borrows a connection for each statement or each transaction, since
 * libraries keep pools of them.
 *
 * @see https://sidorares.github.io/node-mysql2/docs
 */
import { EventEmitter } from 'node:events';
import type { MysqlResult } from '../dialects/mysql/connection';
import type { Engine } from '../engine/engine';
import { requireDialect } from './dialect-of';
import {
  Mysql2Connection,
  perQueryOptions,
  type Mysql2PromiseConnection,
} from './mysql2-connection';
import { Route } from './route';

/** The module `mysql2`, typed as itself. Pool clusters and replication are not part of it. */
export type Mysql2Driver = typeof import('mysql2');

/**
 * @throws ArgumentError when the engine's database is not MariaDB or MySQL.
 * @example
 * const pool = mysql2Driver(engine).createPool({});
 * await pool.promise().query('insert into items (name) values (?)', ['a']); // in the request's transaction
 */
export function mysql2Driver(engine: Engine): Mysql2Driver {
  requireDialect(engine, 'mysql', 'mysql2Driver');
  return {
    ...(require('mysql2') as Mysql2Driver),
    createConnection(options?: object): Mysql2Connection {
      const connection = new Mysql2Connection(new Route(engine), perQueryOptions(options));
      queueMicrotask(() => connection.emit('connect'));
      return connection;
    },
    createPool: (options?: object) => new Mysql2Pool(engine, perQueryOptions(options)),
  } as unknown as Mysql2Driver;
}

class Mysql2Pool extends EventEmitter {
  readonly #engine: Engine;
  readonly #perQuery: object | undefined;

  constructor(engine: Engine, perQuery: object | undefined) {
    super();
    this.#engine = engine;
    this.#perQuery = perQuery;
  }

  /** Calls back at once, in the caller's async context. */
  getConnection(callback: (error: Error | null, connection?: Mysql2Connection) => void): void {
    let connection: Mysql2Connection;
    try {
      connection = this.#checkOut();
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(null, connection);
  }

  query(...args: Parameters<Mysql2Connection['query']>): EventEmitter {
    return this.#passing().query(...args);
  }

  execute(...args: Parameters<Mysql2Connection['execute']>): EventEmitter {
    return this.#passing().execute(...args);
  }

  promise(): object {
    return {
      pool: this,
      query: (sql: string, values?: unknown): Promise<MysqlResult> =>
        this.#passing().ask('query', sql, values),
      execute: (sql: string, values?: unknown): Promise<MysqlResult> =>
        this.#passing().ask('execute', sql, values),
      getConnection: async (): Promise<Mysql2PromiseConnection> => this.#checkOut().promise(),
      end: (): Promise<void> => Promise.resolve(),
    };
  }

  /** The engine stays open. */
  end(callback?: (error?: Error) => void): void {
    callback?.();
  }

  #checkOut(): Mysql2Connection {
    return new Mysql2Connection(new Route(this.#engine, true), this.#perQuery);
  }

  #passing(): Mysql2Connection {
    return new Mysql2Connection(new Route(this.#engine), this.#perQuery);
  }
}

/**
 * The modules `mysql2` and `mysql2/promise`, whose connections run on the current session's connection.
 *
 * `getConnection()` of a pool checks a connection out until `release()`; inside a session that is the session's own. A
 * `createConnection()` takes a connection of the engine's while it needs one (see {@link Route}), since libraries keep
 * pools of them.
 *
 * @see https://sidorares.github.io/node-mysql2/docs
 */
import type { Connection, ConnectionOptions, Pool, PoolConnection, PoolOptions } from 'mysql2';
import type * as Promises from 'mysql2/promise';
import type { Engine } from '../../engine/engine';
import { closeOver } from '../closed';
import { requireDialect } from '../dialect-of';
import { CONNECTION, MODULE, POOL, PROMISE_MODULE } from './members';
import { Mysql2Connection, promises } from './mysql2-connection';
import { Mysql2Pool } from './mysql2-pool';
import { Mysql2PoolConnection } from './mysql2-pool-connection';
import { readOptions } from './options';

type Mysql2 = typeof import('mysql2');
type Refused = keyof (typeof CONNECTION)['refused'];

/** A connection or pooled connection without what is refused (`changeUser`, `prepare`, `reset`, …). */
export type OfferedConnection<C extends Connection = Connection> = Omit<C, Refused>;

/** A pool without what is refused. */
export type OfferedPool = Omit<Pool, 'getConnection' | 'unprepare'> & {
  getConnection(
    callback: (
      error: NodeJS.ErrnoException | null,
      connection: OfferedConnection<PoolConnection>,
    ) => void,
  ): void;
};

/** The part of the module `mysql2` that is offered: without pool clusters, replication and servers. */
export interface Mysql2Driver
  extends Pick<
    Mysql2,
    'Charsets' | 'Types' | 'authPlugins' | 'escape' | 'escapeId' | 'format' | 'raw'
  > {
  /** A connection that opens nothing: its statements run in the current session. */
  createConnection(options: string | ConnectionOptions): OfferedConnection;
  /** Another name of `createConnection`. */
  connect(options: string | ConnectionOptions): OfferedConnection;
  /** A pool that opens nothing: it lends the engine's connections. */
  createPool(options: string | PoolOptions): OfferedPool;
}

/** The part of the module `mysql2/promise` that is offered. */
export interface Mysql2PromiseDriver
  extends Pick<typeof Promises, 'escape' | 'escapeId' | 'format' | 'raw'> {
  /** A connection that opens nothing: its statements run in the current session. */
  createConnection(
    options: string | ConnectionOptions,
  ): Promise<Omit<Promises.Connection, Refused>>;
  /** A pool that opens nothing: it lends the engine's connections. */
  createPool(options: string | PoolOptions): Promises.Pool;
}

/**
 * @throws ArgumentError when the engine's database is not MariaDB or MySQL.
 * @example
 * const pool = mysql2Driver(engine).createPool({});
 * await pool.promise().query('insert into items (name) values (?)', ['a']); // in the request's transaction
 */
export function mysql2Driver(engine: Engine): Mysql2Driver {
  const make = makersOf(engine, 'mysql2Driver');
  const driver = {
    ...make,
    connect: make.createConnection,
    createConnectionPromise: async (options?: string | ConnectionOptions) =>
      make.createConnection(options).promise(),
    createPoolPromise: (options?: string | PoolOptions) => make.createPool(options).promise(),
  };
  closeOver(driver, require('mysql2') as object, MODULE);
  return driver as unknown as Mysql2Driver;
}

/**
 * The counterpart of `mysql2/promise`.
 *
 * @throws ArgumentError when the engine's database is not MariaDB or MySQL.
 * @example
 * const pool = mysql2PromiseDriver(engine).createPool({});
 * await pool.query('insert into items (name) values (?)', ['a']); // in the request's transaction
 */
export function mysql2PromiseDriver(engine: Engine): Mysql2PromiseDriver {
  const { createConnection, createPool } = makersOf(engine, 'mysql2PromiseDriver');
  const driver = {
    createConnection: async (options?: string | ConnectionOptions) =>
      createConnection(options).promise(),
    createPool: (options?: string | PoolOptions) => createPool(options).promise(),
  };
  closeOver(driver, promises(), PROMISE_MODULE);
  return driver as unknown as Mysql2PromiseDriver;
}

function makersOf(
  engine: Engine,
  facade: string,
): {
  createConnection(options?: string | ConnectionOptions): Mysql2Connection;
  createPool(options?: string | PoolOptions): Mysql2Pool;
} {
  requireDialect(engine, 'mysql', facade);
  const real = require('mysql2') as Record<
    'Connection' | 'Pool' | 'PoolConnection',
    { prototype: object }
  >;
  closeOver(Mysql2Connection.prototype, real.Connection.prototype, CONNECTION);
  closeOver(Mysql2PoolConnection.prototype, real.PoolConnection.prototype, CONNECTION);
  closeOver(Mysql2Pool.prototype, real.Pool.prototype, POOL);
  return {
    createConnection(options) {
      const connection = new Mysql2Connection(engine, readOptions(engine, options));
      queueMicrotask(() => connection.emit('connect'));
      return connection;
    },
    createPool: (options) => new Mysql2Pool(engine, readOptions(engine, options)),
  };
}

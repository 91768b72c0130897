/**
 * A `mysql2` pool that has no connections of its own: each checkout is a connection that goes where its route says. The
 * engine's pool is the limit. Inside a session the connection is the session's, and a caller is called back at once.
 */
import { EventEmitter } from 'node:events';
import type { Engine } from '../../engine/engine';
import { promises, type Callback, type Statement } from './mysql2-connection';
import type { Mysql2Config } from './options';
import { Mysql2PoolConnection } from './mysql2-pool-connection';

type OnConnection = (error: Error | null, connection?: Mysql2PoolConnection) => void;

export class Mysql2Pool extends EventEmitter {
  readonly config: { readonly connectionConfig: Mysql2Config };
  _closed = false;
  readonly #engine: Engine;

  constructor(engine: Engine, config: Mysql2Config) {
    super();
    this.#engine = engine;
    this.config = { connectionConfig: config };
  }

  getConnection(callback: OnConnection): void {
    let connection: Mysql2PoolConnection;
    let opening: Promise<void> | undefined;
    try {
      connection = this.#checkOut();
      opening = connection.open();
    } catch (error) {
      callback(error as Error);
      return;
    }
    const give = (): void => {
      this.#announce(connection);
      callback(null, connection);
    };
    if (!opening) return give();
    if (this.#engine.exhausted) this.emit('enqueue');
    opening.then(give, (error: Error) => void connection.free().then(() => callback(error)));
  }

  query(sql: Statement, values?: unknown, callback?: Callback): EventEmitter {
    return this.#once('query', sql, values, callback);
  }

  execute(sql: Statement, values?: unknown, callback?: Callback): EventEmitter {
    return this.#once('execute', sql, values, callback);
  }

  releaseConnection(connection: { release(): void }): void {
    connection.release();
  }

  promise(promise?: PromiseConstructor): object {
    const { PromisePool } = promises();
    return new PromisePool(this, promise);
  }

  /** The engine stays open. */
  end(callback?: (error?: Error) => void): void {
    this._closed = true;
    if (callback) queueMicrotask(() => callback());
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** One statement on a connection that goes back afterwards. */
  #once(
    method: 'query' | 'execute',
    sql: Statement,
    values: unknown,
    callback: Callback | undefined,
  ): EventEmitter {
    let connection: Mysql2PoolConnection;
    try {
      connection = this.#checkOut();
    } catch (error) {
      const failed = new EventEmitter();
      const done = (typeof values === 'function' ? values : callback) as Callback | undefined;
      queueMicrotask(() => (done ? done(error as Error) : failed.emit('error', error)));
      return failed;
    }
    this.#announce(connection);
    const command = connection[method](sql, values, callback);
    command.once('end', () => connection.release());
    return command;
  }

  #checkOut(): Mysql2PoolConnection {
    if (this._closed) throw new Error('Pool is closed.');
    return new Mysql2PoolConnection(this.#engine, this.config.connectionConfig, this);
  }

  #announce(connection: Mysql2PoolConnection): void {
    this.emit('connection', connection);
    this.emit('acquire', connection);
  }
}

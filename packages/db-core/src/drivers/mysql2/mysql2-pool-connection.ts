/** A connection that a pool has checked out, until it is released. */
import type { EventEmitter } from 'node:events';
import type { Engine } from '../../engine/engine';
import { Mysql2Connection, promises } from './mysql2-connection';
import type { Mysql2Config } from './options';

export class Mysql2PoolConnection extends Mysql2Connection {
  readonly #pool: EventEmitter;
  #released = false;

  constructor(engine: Engine, config: Mysql2Config, pool: EventEmitter) {
    super(engine, config, true);
    this.#pool = pool;
  }

  /** Gives the connection back; what was left open on it is rolled back. An error of that is emitted by the pool. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    void this.free().then((error) => {
      if (error && this.#pool.listenerCount('error') > 0) this.#pool.emit('error', error);
      this.#pool.emit('release', this);
    });
  }

  override [Symbol.dispose](): void {
    this.release();
  }

  override promise(promise?: PromiseConstructor): object {
    const { PromisePoolConnection } = promises();
    return new PromisePoolConnection(this, promise);
  }
}

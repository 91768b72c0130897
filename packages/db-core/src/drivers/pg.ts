/**
 * The `pg` module, whose clients run on the current session's connection.
 *
 * A pool's `connect()` checks a connection out until `release()`, as in `pg`; inside a session that is the session's
 * own. A `new Client()` outside every session borrows a connection for each statement or each transaction, since
 * libraries keep pools of them.
 *
 * @see https://node-postgres.com/apis/pool
 */
import type { PoolConfig } from 'pg';
import type { Engine } from '../engine/engine';
import { requireDialect } from './dialect-of';
import { PgClient, type PgCallback } from './pg-client';
import { Route } from './route';

/** The module `pg`, typed as itself. Notifications and COPY are not part of it. */
export type PgDriver = typeof import('pg');

type ConnectCallback = (
  error: Error | undefined,
  client: PgClient | undefined,
  release: () => void,
) => void;

/**
 * @throws ArgumentError when the engine's database is not PostgreSQL.
 * @example
 * const pool = new (pgDriver(engine).Pool)();
 * await pool.query('insert into items (name) values ($1)', ['a']); // in the request's transaction
 */
export function pgDriver(engine: Engine): PgDriver {
  requireDialect(engine, 'postgresql', 'pgDriver');
  const pg = require('pg') as PgDriver;

  class Client extends PgClient {
    constructor(config?: PoolConfig) {
      super(new Route(engine), config?.types);
    }
  }

  // A real pool that never opens a connection: libraries ask whether they were given one.
  class Pool extends (pg.Pool as unknown as new (
    config?: PoolConfig,
  ) => { ended: boolean; options: PoolConfig }) {
    /** With a callback it is called at once, in the caller's async context. */
    connect(callback?: ConnectCallback): Promise<PgClient> | undefined {
      let client: PgClient;
      try {
        client = new PgClient(new Route(engine, true), this.options.types);
      } catch (error) {
        if (!callback) return Promise.reject(error);
        callback(error as Error, undefined, () => undefined);
        return undefined;
      }
      if (!callback) return Promise.resolve(client);
      callback(undefined, client, () => client.release());
      return undefined;
    }

    query(config: unknown, values?: unknown, callback?: PgCallback): unknown {
      return new PgClient(new Route(engine), this.options.types).query(config, values, callback);
    }

    /** The engine stays open. */
    end(callback?: () => void): Promise<void> | undefined {
      if (!callback) return Promise.resolve();
      callback();
      return undefined;
    }
  }

  return { ...pg, defaults: { ...pg.defaults }, Client, Pool } as unknown as PgDriver;
}

/**
 * The `pg` module, whose clients run on the current session's connection.
 *
 * Its pool is pg's own, with its events, counts and errors. It makes a client for each checkout, keeps none, and has no
 * limit: the engine's pool has. Inside a session a client that is checked out works on the session's connection. A
 * `new Client()` takes a connection of the engine's while it needs one (see {@link Route}), since libraries keep pools
 * of them.
 *
 * @see https://node-postgres.com/apis/pool
 */
import type { ClientConfig, PoolConfig } from 'pg';
import type { Engine } from '../../engine/engine';
import { ArgumentError } from '../../errors/errors';
import { TYPES_IN_UTC } from '../../dialects/postgresql/without-zone';
import { closeOver } from '../closed';
import { requireDialect } from '../dialect-of';
import { CLIENT, MODULE } from './members';
import { statementOptions } from './options';
import { PgClient } from './pg-client';

/** The part of the module `pg` that is offered: without notifications, COPY and replication. */
export type PgDriver = Pick<
  typeof import('pg'),
  | 'Client'
  | 'DatabaseError'
  | 'Pool'
  | 'Query'
  | 'TypeOverrides'
  | 'defaults'
  | 'escapeIdentifier'
  | 'escapeLiteral'
  | 'types'
>;

/** Each checkout is a client, in the async context of its caller; the engine's pool is the limit. */
const ONE_USE = { max: 1_000_000, min: 0, maxUses: 1, maxLifetimeSeconds: 0 };

/**
 * @throws ArgumentError when the engine's database is not PostgreSQL.
 * @example
 * const pool = new (pgDriver(engine).Pool)();
 * await pool.query('insert into items (name) values ($1)', ['a']); // in the request's transaction
 */
export function pgDriver(engine: Engine): PgDriver {
  requireDialect(engine, 'postgresql', 'pgDriver');
  const pg = require('pg') as typeof import('pg');

  class Client extends PgClient {
    constructor(config?: string | ClientConfig) {
      super(engine, pg, config);
    }
  }
  closeOver(Client, pg.Client, CLIENT);
  closeOver(Client.prototype, pg.Client.prototype, CLIENT);

  class CheckedOutClient extends Client {
    protected override get checksOut(): boolean {
      return true;
    }
  }

  /** @throws ArgumentError for a class that would open connections of its own. */
  function checkingOut(Given: typeof Client = Client): typeof Client {
    if (Given === Client) return CheckedOutClient;
    if (!(Given.prototype instanceof Client))
      throw new ArgumentError(
        'pgDriver cannot honour the option Client, since the class opens connections of its own: ' +
          'leave it out, or give a class that extends the Client of the same pgDriver.',
      );
    return class extends Given {
      protected override get checksOut(): boolean {
        return true;
      }
    };
  }

  class Pool extends pg.Pool {
    constructor(config?: PoolConfig) {
      statementOptions(engine, config);
      const given = (config as { Client?: typeof Client } | undefined)?.Client;
      super({ ...config, ...ONE_USE, Client: checkingOut(given) as never });
    }
  }

  const types: object = Object.assign(Object.create(pg.types) as object, TYPES_IN_UTC);
  const driver = { Client, Pool, types };
  closeOver(driver, pg, MODULE);
  return driver as unknown as PgDriver;
}

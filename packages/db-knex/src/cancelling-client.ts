/**
 * Knex's clients for PostgreSQL and MariaDB, with two differences. `.timeout(ms, { cancel: true })` stops the statement
 * through the engine, where Knex would open a connection of its own. And a connection is released once, where Knex does
 * so at the close of a stream and again at its end, which pg's pool refuses.
 */
import { cancelStatement } from '@quartet/db-core/drivers';
import type { Knex } from 'knex';

/** Knex documents that `client` may be a class, but types neither these nor how they are extended. */
interface Client {
  cancelQuery(connection: object): Promise<void>;
  releaseConnection(connection: object): Promise<void>;
}
type Base = new (config: Knex.Config) => Client;
const Postgres = require('knex/lib/dialects/postgres') as Base;
const Mysql2 = require('knex/lib/dialects/mysql2') as Base;

const released = new WeakSet<object>();

export class PgClient extends Postgres {
  override cancelQuery(connection: object): Promise<void> {
    return cancelStatement(connection);
  }

  override async releaseConnection(connection: object): Promise<void> {
    if (released.has(connection)) return;
    released.add(connection);
    await super.releaseConnection(connection);
  }
}

export class Mysql2Client extends Mysql2 {
  override cancelQuery(connection: object): Promise<void> {
    return cancelStatement(connection);
  }
}

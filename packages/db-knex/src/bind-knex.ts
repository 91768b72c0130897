/**
 * Binds Knex to an engine: every statement runs in the current session's transaction. Takes nothing but Knex's
 * documented `connectionPool`, and on SQLite a client that writes instants as the other libraries do.
 *
 * @see https://knexjs.org/guide/#configuration-options
 */
import type { Engine } from '@quartet/db-core';
import { engineRegistry, isDevelopment } from '@quartet/db-core/binding';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { Knex } from 'knex';
import { knex as createKnex } from 'knex';
import { BetterSqlite3Connection, betterSqlite3Pool } from './better-sqlite3-pool';
import { Mysql2Client, PgClient } from './cancelling-client';
import { BetterSqlite3Client } from './sqlite-client';
import { watchUnsent } from './unsent';

/** Knex's own options, except those that choose the database. */
export type BindKnexOptions = Omit<
  Knex.Config,
  'client' | 'connection' | 'connectionPool' | 'pool' | 'dialect' | 'version'
>;

const { bind, engineOf: engineOfConfig } = engineRegistry('Knex', 'bindKnex(engine)');

/** The caller gets the error as well: a stack on the console for each client that leaves is noise. */
function logTo({ logger }: Engine): Knex.Logger {
  return {
    warn(message: unknown): void {
      if (!String(message).startsWith('Acquire connection error')) logger.warn({}, String(message));
    },
  };
}

/**
 * In development a write that was built and never sent is warned of, when it is garbage.
 *
 * @returns the Knex; there is nothing to destroy: its connections are the engine's.
 * @example
 * const knex = bindKnex(engine);
 * const users = await knex('users').where({ name: 'admin' });
 */
export function bindKnex(engine: Engine, options: BindKnexOptions = {}): Knex {
  const config = CLIENTS[engine.dialect.name].config(engine);
  if (isDevelopment()) watchUnsent(config.client as never, (own) => engineOfConfig(own).logger);
  const knex = createKnex({ log: logTo(engine), ...options, ...config });
  bind(configOf(knex), engine);
  // Without a connection of its own Knex would not know it, and its queries of MariaDB's catalogue find nothing.
  const { connectionSettings } = knex.client as { connectionSettings: { database?: string } };
  connectionSettings.database = engine.url.database;
  return knex;
}

/** The engine of a bound Knex or of a transaction of it. @throws ArgumentError for another Knex. */
export function engineOf(knex: Knex): Engine {
  return engineOfConfig(configOf(knex));
}

/** A connection that is not checked out: each statement on it finds the current session by itself. */
export function connectionTo(engine: Engine): object {
  return CLIENTS[engine.dialect.name].connection(engine);
}

interface Client {
  config(engine: Engine): Knex.Config;
  connection(engine: Engine): object;
}

const sqlite: Client = {
  config: (engine) => ({
    client: BetterSqlite3Client as never,
    useNullAsDefault: true,
    connectionPool: betterSqlite3Pool(engine),
  }),
  connection: (engine) => new BetterSqlite3Connection(engine, false),
};

const postgresql: Client = {
  config: (engine) => ({
    client: PgClient as never,
    version: engine.dialect.serverVersion ?? '12',
    connectionPool: new (pgDriver(engine).Pool)(),
  }),
  connection: (engine) => new (pgDriver(engine).Client)(),
};

const mysql: Client = {
  config: (engine) => ({
    client: Mysql2Client as never,
    connectionPool: mysql2Driver(engine).createPool({}) as never,
  }),
  connection: (engine) => mysql2Driver(engine).createConnection({}),
};

/** Knex has a client for each database, with a driver and a pool of its own: the one place that asks which it is. */
const CLIENTS = { sqlite, postgresql, mysql };

/** A Knex and its transactions share their configuration object. */
export function configOf(knex: Knex): object {
  return (knex.client as { config: object }).config;
}

/**
 * Binds Knex to an engine: every statement runs in the current session's transaction. Takes nothing but Knex's
 * documented `connectionPool`, and on SQLite a client that writes instants as the other libraries do.
 *
 * @see https://knexjs.org/guide/#configuration-options
 */
import type { Engine } from '@quartet/db-core';
import { ArgumentError } from '@quartet/db-core';
import { betterSqlite3Pool, mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { Knex } from 'knex';
import { knex as createKnex } from 'knex';
import { Mysql2Client, PgClient } from './cancelling-client';
import { BetterSqlite3Client } from './sqlite-client';

/** Knex's own options, except those that choose the database. */
export type BindKnexOptions = Omit<
  Knex.Config,
  'client' | 'connection' | 'connectionPool' | 'pool' | 'dialect' | 'version'
>;

const engines = new WeakMap<object, Engine>();

/** Whoever asked for the connection gets the error: a stack on the console for each client that leaves is noise. */
const LOG = {
  warn(message: unknown): void {
    if (!String(message).startsWith('Acquire connection error')) console.warn(message);
  },
};

/**
 * @returns the Knex; there is nothing to destroy, the engine is disposed by whoever made it.
 * @example
 * const knex = bindKnex(engine);
 * const users = await knex('users').where({ name: 'admin' });
 */
export function bindKnex(engine: Engine, options: BindKnexOptions = {}): Knex {
  const knex = createKnex({ log: LOG, ...options, ...knexConfig(engine) });
  engines.set(configOf(knex), engine);
  return knex;
}

/** The engine of a bound Knex or of a transaction of it. @throws ArgumentError for another Knex. */
export function engineOf(knex: Knex): Engine {
  const engine = engines.get(configOf(knex));
  if (!engine)
    throw new ArgumentError('This Knex is not bound to an engine: make it with bindKnex(engine).');
  return engine;
}

function knexConfig(engine: Engine): Knex.Config {
  switch (engine.dialect.name) {
    case 'sqlite':
      return {
        client: BetterSqlite3Client as never,
        useNullAsDefault: true,
        connectionPool: betterSqlite3Pool(engine),
      };
    case 'postgresql': {
      const version = engine.dialect.serverVersion ?? '12';
      return { client: PgClient as never, version, connectionPool: new (pgDriver(engine).Pool)() };
    }
    case 'mysql':
      return {
        client: Mysql2Client as never,
        connectionPool: mysql2Driver(engine).createPool({}) as never,
      };
  }
}

/** A Knex and its transactions share their configuration object. */
export function configOf(knex: Knex): object {
  return (knex.client as { config: object }).config;
}

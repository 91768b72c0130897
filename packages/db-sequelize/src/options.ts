/**
 * The options by which Sequelize talks to an engine, all of them documented ones: its driver is ours, and
 * opening one of its "connections" (which hold no socket here) sends no SQL.
 *
 * @see https://sequelize.org/docs/v6/other-topics/dialect-specific-things/
 */
import type { Engine } from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { ModelOptions, Options } from 'sequelize';
import { sequelizeSqlite3 } from './sqlite3/sequelize';

/** Its pool holds facades only; the engine's pool is the limit. */
const POOL = { max: 1_000_000, min: 0, idle: 1000 };

/** Options that the typings of Sequelize 6 lack although it documents and reads them. */
type AllOptions = Options & { databaseVersion?: string; storage?: string };

/** MariaDB compares text byte by byte then, as the other databases do: 'Ana' and 'ana' are two names. */
const BYTEWISE = { charset: 'utf8mb4', collate: 'utf8mb4_bin' };

/**
 * @param engine one that has been `ready()`, so that its server's version is known.
 * @param define defaults for models, which win over ours.
 */
export function sequelizeOptions(engine: Engine, define: ModelOptions = {}): Options {
  const common: AllOptions = { pool: POOL, define, ...versionOf(engine) };
  switch (engine.dialect.name) {
    case 'sqlite':
      return {
        ...common,
        dialect: 'sqlite',
        dialectModule: sequelizeSqlite3(engine),
        storage: 'quartet', // a name only: the engine knows the file
        dialectOptions: { mode: 2 }, // without OPEN_CREATE it makes no folder
        foreignKeys: false, // the engine's connections have them on already
      } as AllOptions;
    case 'postgresql':
      return {
        ...common,
        database: engine.url.database,
        dialect: 'postgres',
        dialectModule: pgDriver(engine),
        // The engine's connections are in UTC, with standard strings and warnings only.
        keepDefaultTimezone: true,
        standardConformingStrings: false,
        dialectOptions: { clientMinMessages: 'ignore' },
      } as AllOptions;
    case 'mysql':
      return {
        ...common,
        database: engine.url.database, // its queries of the catalogue ask for it
        define: { ...BYTEWISE, ...define },
        dialect: 'mysql',
        dialectModule: mysql2Driver(engine),
        keepDefaultTimezone: true,
      } as AllOptions;
  }
}

/** Sequelize wants three numbers, and asks the server by itself when it is given none. */
function versionOf(engine: Engine): { databaseVersion?: string } {
  const [, major, minor, patch = '0'] =
    /(\d+)\.(\d+)(?:\.(\d+))?/.exec(engine.dialect.serverVersion ?? '') ?? [];
  return major === undefined ? {} : { databaseVersion: `${major}.${minor}.${patch}` };
}

/**
 * The options by which Sequelize talks to an engine, all of them documented ones: its driver is ours, and
 * opening one of its "connections" (which hold no socket here) sends no SQL.
 *
 * @see https://sequelize.org/docs/v6/other-topics/dialect-specific-things/
 */
import type { Engine } from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { ModelOptions, Options } from 'sequelize';
import { sequelizeSqlite3, type TypesOfTable } from './sqlite3/sequelize';

/** Its pool holds facades only; the engine's pool is the limit. */
const POOL = { max: 1_000_000, min: 0, idle: 1000 };

/** Options that the typings of Sequelize 6 lack although it documents and reads them. */
type AllOptions = Options & {
  databaseVersion?: string;
  foreignKeys?: boolean;
  keepDefaultTimezone?: boolean;
  standardConformingStrings?: boolean;
};

/** @param define defaults for models, which win over ours. */
export function sequelizeOptions(
  engine: Engine,
  typesOf: TypesOfTable,
  define: ModelOptions = {},
): Options {
  return {
    pool: POOL,
    define: { ...engine.dialect.facts.bytewise, ...define },
    database: engine.url.database, // Sequelize's queries of the catalogue ask for it
    keepDefaultTimezone: true, // the engine's connections are in UTC
    ...versionOf(engine),
    ...OPTIONS[engine.dialect.name](engine, typesOf),
  } as AllOptions;
}

function sqlite(engine: Engine, typesOf: TypesOfTable): AllOptions {
  return {
    dialect: 'sqlite',
    dialectModule: sequelizeSqlite3(engine, typesOf),
    storage: 'quartet', // a name only: the engine knows the file
    dialectOptions: { mode: 2 }, // without OPEN_CREATE it makes no folder
    foreignKeys: false, // the engine's connections have them on already
  };
}

function postgresql(engine: Engine): AllOptions {
  return {
    dialect: 'postgres',
    dialectModule: pgDriver(engine),
    // The engine's connections have standard strings, and nothing listens to notices.
    standardConformingStrings: false,
    dialectOptions: { clientMinMessages: 'ignore' },
  };
}

function mysql(engine: Engine): AllOptions {
  return { dialect: 'mysql', dialectModule: mysql2Driver(engine) };
}

/** Sequelize takes another driver by other options for each database: the one place that asks which it is. */
const OPTIONS = { sqlite, postgresql, mysql };

/** Sequelize wants three numbers, and asks the server by itself when it is given none. */
function versionOf(engine: Engine): { databaseVersion?: string } {
  const [, major, minor, patch = '0'] =
    /(\d+)\.(\d+)(?:\.(\d+))?/.exec(engine.dialect.serverVersion ?? '') ?? [];
  return major === undefined ? {} : { databaseVersion: `${major}.${minor}.${patch}` };
}

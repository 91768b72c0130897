/**
 * The options by which TypeORM talks to an engine: its documented `driver`, and the few settings that make it
 * read and write as the engine's connections do.
 *
 * @see https://typeorm.io/docs/data-source/data-source-options
 */
import type { Engine } from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { DataSourceOptions } from 'typeorm';
import { DataSource } from 'typeorm';
import { routeSqlite } from './sqlite-driver';

/** An uninitialised DataSource. @param engine one that has been `ready()`, so that it is known whether the server is MariaDB or MySQL. */
export function dataSourceOn(engine: Engine, options: Partial<DataSourceOptions>): DataSource {
  return SOURCES[engine.dialect.name](engine, options);
}

type Source = (engine: Engine, options: Partial<DataSourceOptions>) => DataSource;

const sqlite: Source = (engine, options) => {
  const dataSource = new DataSource({
    ...options,
    type: 'better-sqlite3',
    database: ':memory:',
    driver: NoDatabase,
    statementCacheSize: 0,
  } as DataSourceOptions);
  routeSqlite(dataSource, engine);
  return dataSource;
};

const postgresql: Source = (engine, options) => {
  const { database, username } = engine.url;
  const driver = pgDriver(engine);
  return new DataSource({
    uuidExtension: 'pgcrypto', // which means gen_random_uuid(): the server has it without an extension
    ...options,
    type: 'postgres',
    driver,
    extra: {
      types: { getTypeParser: datesAsText(driver.types) },
      ...(options.extra as object | undefined),
    },
    database,
    ...(username && { username }),
    installExtensions: false,
  } as DataSourceOptions);
};

/** TypeORM makes the text of a date from a Date's local parts, which would move it with the time zone. */
function datesAsText(
  types: ReturnType<typeof pgDriver>['types'],
): (oid: number, format: 'text') => unknown {
  return (oid, format) =>
    oid === types.builtins.DATE
      ? (text: string) => text
      : (types.getTypeParser(oid, format) as unknown);
}

const mysql: Source = (engine, options) => {
  const { database, host } = engine.url;
  return new DataSource({
    ...options,
    type: /mariadb/i.test(engine.dialect.serverVersion ?? '') ? 'mariadb' : 'mysql',
    driver: mysql2Driver(engine),
    database,
    ...(host && { host }),
    // Instants are in UTC; a date without time is text, or it would move with the time zone.
    timezone: 'Z',
    dateStrings: ['DATE'],
  } as DataSourceOptions);
};

/** TypeORM has another type, with other options, for each database: the one place that asks which it is. */
const SOURCES = { sqlite, postgresql, mysql };

/** TypeORM opens one database for good on SQLite; its statements go elsewhere (see sqlite-driver.ts). */
class NoDatabase {
  pragma(): void {
    // the engine's connections are set up already
  }

  close(): void {
    // the connections are the engine's
  }

  prepare(): never {
    throw new Error('Statements of this DataSource run on its engine.');
  }
}

/** Picks the dialect for a URL and loads its driver, which is the app's own dependency. */
import type { Dialect } from './dialect';
import type { EngineOptions } from '../engine/engine';
import type { DatabaseUrl } from './url';
import { ArgumentError } from '../errors/errors';
import { checkBetterSqlite3 } from './sqlite/better-sqlite3-version';

const PACKAGES = { sqlite: 'better-sqlite3', postgresql: 'pg', mysql: 'mysql2' } as const;

/** @throws ArgumentError when the driver's package is not installed, or is one that this Node cannot run. */
export function createDialect(url: DatabaseUrl, options: EngineOptions): Dialect<object> {
  try {
    // Loaded on demand: an app on PostgreSQL need not install better-sqlite3.
    switch (url.dialect) {
      case 'sqlite': {
        const { SqliteDialect } = require('./sqlite/dialect') as typeof import('./sqlite/dialect');
        checkBetterSqlite3();
        return new SqliteDialect(url, options) as Dialect<object>;
      }
      case 'postgresql': {
        const { PostgresqlDialect } =
          require('./postgresql/dialect') as typeof import('./postgresql/dialect');
        return new PostgresqlDialect(url, options) as Dialect<object>;
      }
      case 'mysql': {
        const { MysqlDialect } = require('./mysql/dialect') as typeof import('./mysql/dialect');
        return new MysqlDialect(url, options) as Dialect<object>;
      }
    }
  } catch (error) {
    const name = PACKAGES[url.dialect];
    if (
      (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND' ||
      !String(error).includes(`'${name}'`)
    )
      throw error;
    throw new ArgumentError(
      `The engine for ${url} needs the package ${name}: install it (pnpm add ${name}).`,
      { cause: error },
    );
  }
}

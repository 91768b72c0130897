/** Picks the dialect for a URL and loads its driver, which is the app's own dependency. */
import type { Dialect } from './dialect';
import type { MysqlDialect } from './mysql/dialect';
import type { DialectOptions } from './options';
import type { PostgresqlDialect } from './postgresql/dialect';
import type { SqliteDialect } from './sqlite/dialect';
import type { DatabaseUrl } from './url';
import { ArgumentError } from '../errors/errors';
import type { ErrorReader } from './driver-error';
import { readMysqlError } from './mysql/errors';
import { DIALECTS, type DialectName } from './names';
import { readPostgresqlError } from './postgresql/errors';
import { readSqliteError } from './sqlite/errors';

type DialectClass = new (servers: Servers, options: DialectOptions) => Dialect;

/** URLs of one server each. */
type Servers = readonly [DatabaseUrl, ...DatabaseUrl[]];

interface Folder {
  /** Loaded on demand: an app on PostgreSQL need not install better-sqlite3. */
  readonly load: () => DialectClass;
  readonly readError: ErrorReader;
}

/** The folders beside this file; an error is shown to each in turn. */
const FOLDERS: Readonly<Record<DialectName, Folder>> = {
  sqlite: {
    load: () =>
      (require('./sqlite/dialect') as { SqliteDialect: typeof SqliteDialect }).SqliteDialect,
    readError: readSqliteError,
  },
  mysql: {
    load: () => (require('./mysql/dialect') as { MysqlDialect: typeof MysqlDialect }).MysqlDialect,
    readError: readMysqlError,
  },
  postgresql: {
    load: () =>
      (require('./postgresql/dialect') as { PostgresqlDialect: typeof PostgresqlDialect })
        .PostgresqlDialect,
    readError: readPostgresqlError,
  },
};

export const ERROR_READERS: readonly ErrorReader[] = Object.values(FOLDERS).map(
  ({ readError }) => readError,
);

/** @param servers of one database. @throws ArgumentError when the driver's package is not installed, or is one that this Node cannot run. */
export function createDialect(servers: Servers, options: DialectOptions): Dialect {
  return new (load(servers[0]))(servers, options);
}

function load(url: DatabaseUrl): DialectClass {
  try {
    return FOLDERS[url.dialect].load();
  } catch (error) {
    const { driver } = DIALECTS[url.dialect];
    const isMissing =
      (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' &&
      String(error).includes(`'${driver}'`);
    if (!isMissing) throw error;
    throw new ArgumentError(
      `The engine for ${url} needs the package ${driver}: install it (pnpm add ${driver}).`,
      { cause: error },
    );
  }
}

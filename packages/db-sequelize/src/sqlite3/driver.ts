/**
 * What stands for the module `sqlite3`, on handles of the engine's pool: for code that is written for its callbacks, and as
 * the `dialectModule` of Sequelize.
 */
import { resolve } from 'node:path';
import type { Engine } from '@quartet/db-core';
import { requireDialect } from '@quartet/db-core/drivers';
import { CONSTANTS } from './constants';
import { type DatabaseCallback, Sqlite3Database } from './database';
import { Statement } from './statement';
import { addTraces } from './traces';

const DATABASE_CALLS = ['prepare', 'get', 'run', 'all', 'each', 'map', 'close', 'exec'];
const STATEMENT_CALLS = ['bind', 'get', 'run', 'all', 'each', 'map', 'reset', 'finalize'];

type OpenDatabase = new (
  filename: string,
  mode?: number | DatabaseCallback,
  callback?: DatabaseCallback,
) => Sqlite3Database;

/** The part of the module `sqlite3` that there is. */
export type Sqlite3Driver = typeof CONSTANTS & {
  readonly Database: OpenDatabase;
  readonly Statement: typeof Statement;
  /** One object for each file; `new` is optional, as in sqlite3. */
  readonly cached: {
    Database(
      filename: string,
      mode?: number | DatabaseCallback,
      callback?: DatabaseCallback,
    ): Sqlite3Database;
    readonly objects: Record<string, Sqlite3Database>;
  };
  /** From now on an error has the call that it comes from in its stack, with the caller's lines. */
  verbose(): Sqlite3Driver;
};

/**
 * @returns a look-alike of the module `sqlite3`. Its databases open `:memory:` or the engine's own file, which is the
 *   engine's database either way.
 * @throws ArgumentError when the engine's database is not SQLite.
 * @see https://github.com/TryGhost/node-sqlite3/wiki/API
 * @example
 * const { Database } = sqlite3Driver(engine);
 * const database = new Database(':memory:');
 * database.all('select name from users where id = ?', 7, (error, rows) => console.log(error ?? rows));
 */
export function sqlite3Driver(engine: Engine): Sqlite3Driver {
  return moduleOf(engine, Sqlite3Database);
}

/** @internal */
export function moduleOf(
  engine: Engine,
  Base: new (...args: ConstructorParameters<typeof Sqlite3Database>) => Sqlite3Database,
): Sqlite3Driver {
  requireDialect(engine, 'sqlite', 'sqlite3Driver');
  class Database extends Base {
    constructor(filename: string, mode?: number | DatabaseCallback, callback?: DatabaseCallback) {
      super(engine, filename, mode, callback);
    }
  }
  const objects: Record<string, Sqlite3Database> = {};
  const driver: Sqlite3Driver = {
    ...CONSTANTS,
    Database,
    Statement,
    cached: { Database: cached, objects },
    verbose(): Sqlite3Driver {
      addTraces(Database.prototype, 'Database', DATABASE_CALLS);
      addTraces(Statement.prototype, 'Statement', STATEMENT_CALLS);
      return driver;
    },
  };
  return driver;

  function cached(
    filename: string,
    mode?: number | DatabaseCallback,
    callback?: DatabaseCallback,
  ): Sqlite3Database {
    if (filename === '' || filename === ':memory:') return new Database(filename, mode, callback);
    const file = resolve(filename);
    const known = objects[file];
    if (!known) return (objects[file] = new Database(filename, mode, callback));
    const done = typeof mode === 'function' ? mode : callback;
    if (done) queueMicrotask(() => done.call(known, null));
    return known;
  }
}

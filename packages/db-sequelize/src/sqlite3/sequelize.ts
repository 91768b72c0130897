/**
 * The `sqlite3` facade as bound Sequelizes use it: one `Database` serves all callers at once, so nothing puts them in line.
 */
import type { Engine } from '@quartet/db-core';
import { Sqlite3Database } from './database';
import { moduleOf, type Sqlite3Driver } from './driver';

/** @throws ArgumentError when the engine's database is not SQLite. */
export function sequelizeSqlite3(engine: Engine): Sqlite3Driver {
  return moduleOf(engine, SequelizeDatabase);
}

class SequelizeDatabase extends Sqlite3Database {
  /** One caller's write may wait for another's transaction, whose next statement must not wait for that write. */
  protected override get keepsOrder(): boolean {
    return false;
  }

  /** The name Sequelize was given says nothing: the engine knows the file. */
  protected override assertEngines(): void {}
}

/**
 * The `sqlite3` facade as bound Sequelizes use it: one `Database` serves all callers at once, so nothing puts them in line.
 */
import type { Engine } from '@quartet/db-core';
import type { SqliteRow } from '@quartet/db-core/drivers';
import { Sqlite3Database } from './database';
import { moduleOf, type Sqlite3Driver } from './driver';
import type { Sqlite3Callback } from './statement';

/** The types of a table's columns by the model's word; undefined for a table without a model. */
export type TypesOfTable = (table: string) => ReadonlyMap<string, string> | undefined;

/** @throws ArgumentError when the engine's database is not SQLite. */
export function sequelizeSqlite3(engine: Engine, typesOf: TypesOfTable): Sqlite3Driver {
  return moduleOf(
    engine,
    class extends SequelizeDatabase {
      protected override readonly typesOf = typesOf;
    },
  );
}

/** What Sequelize asks before each read of rows, to choose its parsers. Its own questions about a schema are in capitals. */
const COLUMN_TYPES = /^PRAGMA table_info\(`(.+)`\)$/;

abstract class SequelizeDatabase extends Sqlite3Database {
  protected abstract readonly typesOf: TypesOfTable;

  /** One caller's write may wait for another's transaction, whose next statement must not wait for that write. */
  protected override get keepsOrder(): boolean {
    return false;
  }

  /** The name Sequelize was given says nothing: the engine knows the file. */
  protected override assertEngines(): void {}

  override all<T = SqliteRow>(sql: string, callback?: Sqlite3Callback<T[]>): this;
  override all<T = SqliteRow>(sql: string, params: unknown, callback?: Sqlite3Callback<T[]>): this;
  override all(sql: string, ...params: unknown[]): this {
    const [, table] = COLUMN_TYPES.exec(sql) ?? [];
    const types = table === undefined ? undefined : this.typesOf(table);
    const callback = params[0] as Sqlite3Callback<SqliteRow[]>;
    if (!types) return super.all(sql, ...(params as [unknown]));
    return super.all(sql, function (error, columns) {
      if (error) callback.call(this, error, columns);
      else
        callback.call(
          this,
          null,
          columns.map(
            (column) =>
              ({
                ...column,
                type: types.get(String(column['name'])) ?? column['type'],
              }) as SqliteRow,
          ),
        );
    });
  }
}

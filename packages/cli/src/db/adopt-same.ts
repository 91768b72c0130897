/** Tables that `npm start` has made in a style's own file, which have no history of migrations. */
import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { ReflectedTable } from '@quartet/db-core/reflection';
import { reflect } from '@quartet/db-core/reflection';
import { Migrator, tableNames } from '@quartet/migrations';

/**
 * Takes them as migrated where they are what the migrations make; others, as of an older checkout, are left.
 *
 * @param engine of a SQLite file
 * @returns the names of the migrations that are taken as applied
 */
export async function adoptSame(engine: Engine, migrator: Migrator): Promise<string[]> {
  if (!(await migrator.isAdoptable())) return [];
  const fresh = createEngine('sqlite://');
  try {
    await new Migrator(fresh).migrate();
    return isDeepStrictEqual(await essenceOf(engine), await essenceOf(fresh))
      ? await migrator.adopt()
      : [];
  } finally {
    await fresh.dispose();
  }
}

/** Without what each library does its own way: names of constraints, and indexes that hold for speed alone. */
async function essenceOf(engine: Engine): Promise<unknown> {
  const tables = await reflect(engine, { only: tableNames });
  return tables.map(({ indexes, ...table }: ReflectedTable) => ({
    ...table,
    unique: indexes
      .filter(({ unique }) => unique)
      .map(({ columns }) => columns.join())
      .sort(),
  }));
}

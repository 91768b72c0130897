/** On SQLite, which is what `npm start` gives each style. */
import { createEngine } from '@quartet/db-core';
import { Migrator } from '@quartet/migrations';
import { adoptSame } from '../src/db/adopt-same';
import { openStyle, STYLES } from '../src/styles';

test.each(STYLES)('what the %s app has made is taken as migrated', async (style) => {
  await using engine = createEngine('sqlite://');
  await openStyle(style, engine);
  const migrator = new Migrator(engine);
  expect(await adoptSame(engine, migrator)).toHaveLength(3);
  expect(await migrator.migrate()).toEqual([]);
  expect(await adoptSame(engine, migrator)).toEqual([]);
});

test('tables that are not what migrations make are left', async () => {
  await using engine = createEngine('sqlite://');
  await openStyle('classical', engine);
  await engine.execute('alter table messages drop column body');
  const migrator = new Migrator(engine);
  expect(await adoptSame(engine, migrator)).toEqual([]);
  await expect(migrator.migrate()).rejects.toThrow('--adopt');
});

test('an empty database is left to the migrations', async () => {
  await using engine = createEngine('sqlite://');
  expect(await adoptSame(engine, new Migrator(engine))).toEqual([]);
});

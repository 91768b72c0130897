/** Parameters of LIMIT and OFFSET on SQLite: prepared once, and what they mean stays as it is. */
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { SqliteConnection } from '../src/dialects/sqlite/connection';
import { wrapLimitParameters } from '../src/dialects/sqlite/limit';

describe('a parameter of LIMIT on SQLite', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = createEngine('sqlite://');
    await engine.execute('create table items (id integer primary key, name text)');
    await engine.execute("insert into items (name) values ('a'), ('b'), ('limit ?'), ('d')");
  });
  afterAll(() => engine.dispose());

  test.each([
    ['select 1 limit ?', 'select 1 limit likely(?)'],
    ['select 1 LIMIT ?2\noffset :from;', 'select 1 LIMIT likely(?2)\noffset likely(:from);'],
    [
      'select * from (select 1 limit ? offset ?) m',
      'select * from (select 1 limit likely(?) offset likely(?)) m',
    ],
  ])('is kept from the planner: %s', (sql, steady) => {
    expect(wrapLimitParameters(sql)).toBe(steady);
  });

  test.each([
    "select 'limit ?' from items where name = ?",
    `select "limit ?", [limit ?], \`limit ?\` -- limit ?\n/* limit ? */ from items`,
    'select 1 limit 5 offset 10',
    'select 1 limit ?, ?',
    'select no_limit ?',
  ])('what only looks like one stays as it is: %s', (sql) => {
    expect(wrapLimitParameters(sql)).toBe(sql);
  });

  test('is prepared like that', async () => {
    const driver = (await engine.checkout()) as SqliteConnection;
    expect(driver.prepare('select 1 limit ?').source).toBe('select 1 limit likely(?)');
    engine.checkin(driver, false);
  });

  test('limits and skips as it says, value by value', async () => {
    const names = async (limit: unknown, offset: unknown): Promise<unknown[]> =>
      (
        await engine.execute('select name from items order by id limit ? offset ?', [limit, offset])
      ).scalars();
    expect(await names(2, 0)).toEqual(['a', 'b']);
    expect(await names(2, 1)).toEqual(['b', 'limit ?']);
    expect(await names('1', 3n)).toEqual(['d']);
    expect(await names(0, 0)).toEqual([]);
    expect(await names(-1, 3)).toEqual(['d']);
    await expect(names('many', 0)).rejects.toMatchObject({ message: /datatype mismatch/ });
    const named = "select name from items where name = 'limit ?' limit :n";
    expect((await engine.execute(named, { n: 1 })).scalars()).toEqual(['limit ?']);
  });
});

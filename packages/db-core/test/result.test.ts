import { inspect } from 'node:util';
import {
  createEngine,
  MultipleResultsFound,
  NoResultFound,
  NoSuchColumnError,
} from '@quartet/db-core';

const engine = createEngine('sqlite://');
afterAll(() => engine.dispose());
const select = (sql: string) => engine.execute(sql);

test('a row is read by name, by index and by iteration, and prints as a tuple', async () => {
  const row = (await select("select 1 as id, 'admin' as name, 'admin@localhost' as email")).one();
  expect(row['name']).toBe('admin');
  expect(row[1]).toBe('admin');
  const [id, , email] = row;
  expect([id, email]).toEqual([1, 'admin@localhost']);
  expect(inspect(row)).toBe("(1, 'admin', 'admin@localhost')");
  expect([String(row), `${row}`]).toEqual(Array(2).fill("(1, 'admin', 'admin@localhost')"));
  expect(inspect([row])).toContain("(1, 'admin', 'admin@localhost')");
  expect(JSON.stringify(row)).toBe('{"id":1,"name":"admin","email":"admin@localhost"}');
  expect({ ...row }).toEqual({ id: 1, name: 'admin', email: 'admin@localhost' });
});

test('get() refuses a name or a place that is not there, with the names there are', async () => {
  const row = (await select("select 1 as id, 'admin' as name, null as email, 7 as id")).one();
  expect([row.get('name'), row.get('email'), row.get('id')]).toEqual(['admin', null, 7]);
  expect([row.get(0), row.get(-1), row.get(-4)]).toEqual([1, 7, 1]);
  for (const wrong of ['nme', 'Name', '', 'toString', 'get', '0', 4, -5, 0.5, NaN]) {
    expect(() => row.get(wrong)).toThrow(NoSuchColumnError);
    expect(() => row.get(wrong)).toThrow('Its columns are id, name, email, id');
  }
  const numbered = (await select('select 1, 0')).one();
  expect([numbered.get('0'), numbered.get(0)]).toEqual([0, 1]);
  const hidden = (await select('select 5 as "get", 6 as "toString"')).one() as Iterable<unknown>;
  expect([...hidden]).toEqual([5, 6]);
});

test('two columns of one name are both read by index', async () => {
  const row = (await select('select 1 as id, 2 as id')).one();
  expect([row[0], row[1], row['id']]).toEqual([1, 2, 2]);
});

test('a single column prints as a tuple too', async () => {
  expect(inspect((await select('select 7 as n')).one())).toBe('(7,)');
});

test('first, one, oneOrNone, scalar, scalars and all', async () => {
  const two = await select('select 1 as n union all select 2');
  expect(two.first()?.['n']).toBe(1);
  expect(two.scalars()).toEqual([1, 2]);
  expect(two.scalar()).toBe(1);
  expect([...two].map((row) => row['n'])).toEqual([1, 2]);
  expect(two.rowCount).toBe(2);
  expect(() => two.one()).toThrow(MultipleResultsFound);
  const none = await select('select 1 as n where 0');
  expect(none.first()).toBeUndefined();
  expect(none.oneOrNone()).toBeUndefined();
  expect(none.scalar()).toBeUndefined();
  expect(() => none.one()).toThrow(NoResultFound);
  expect(none.columns).toEqual(['n']);
});

test('the columns of select * follow the table, those of count(*) keep their name', async () => {
  await select('create table growing (id integer)');
  await select('insert into growing values (1)');
  expect((await select('select * from growing')).columns).toEqual(['id']);
  await select("alter table growing add column name text default 'a'");
  expect((await select('select * from growing')).columns).toEqual(['id', 'name']);
  await select('alter table growing rename column name to title');
  expect({ ...(await select('select * from growing')).one() }).toEqual({ id: 1, title: 'a' });
  expect((await select('select count(*) from growing')).columns).toEqual(['count(*)']);
  expect((await select('select count(*) from growing')).columns).toEqual(['count(*)']);
});

test('columns may have any name: a number, one of JavaScript, one that a getter has', async () => {
  expect({ ...(await select('select 1')).one() }).toEqual({ 1: 1 });
  const row = (await select('select 5 as "7", 8 as __proto__, 9 as constructor')).one();
  expect([row[0], row[7], Object.getOwnPropertyDescriptor(row, '__proto__')?.value]).toEqual([
    5, 5, 8,
  ]);
  expect([row['constructor'], Object.keys(row)]).toEqual([9, ['7', '__proto__', 'constructor']]);
  expect(Object.getPrototypeOf(row)).toBe(Object.getPrototypeOf((await select('select 2')).one()));
  expect((await select('select 1 as n union all select 2')).all()).toHaveLength(2);
});

test('row[n] is the n-th value, whatever the columns are called and however many there are', async () => {
  const swapped = (await select('select 1, 0')).one();
  expect([swapped[0], swapped[1], [...swapped]]).toEqual([1, 0, [1, 0]]);
  const names = Array.from({ length: 150 }, (_, i) => `${i} as c${i}`).join();
  const row = (await select(`select ${names}`)).one();
  expect([row[99], row[100], row[149], row['c149'], row[150]]).toEqual([
    99,
    100,
    149,
    149,
    undefined,
  ]);
  expect(Object.keys(row)).toHaveLength(150);
});

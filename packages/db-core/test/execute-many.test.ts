/** A list of values runs a statement once for each, as SQLAlchemy's executemany: all of them, or none. */
import type { Engine } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  IntegrityError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';

const INSERT = 'insert into people (name, age) values (:name, :age)';
const ana = { name: 'ana', age: 1 };
const bo = { name: 'bo', age: 2 };

describe.each(testEngines())('on $name', ({ name }) => {
  let database: FreshDatabase;
  let engine: Engine;
  const Session = scopedSession(sessionmaker());
  const names = async (): Promise<unknown[]> =>
    (await engine.execute('select name from people order by name')).scalars();

  beforeAll(async () => {
    database = await freshDatabase(name);
    engine = createEngine(database.url);
    Session.configure({ bind: engine });
    await engine.execute('create table people (name varchar(20) primary key, age int)');
  });
  beforeEach(() => engine.execute('delete from people'));
  afterEach(() => expect(engine.status().inUse).toBe(0));
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });

  test('engine, connection and session run it once for each, and count together', async () => {
    expect((await engine.execute(INSERT, [ana, bo])).rowCount).toBe(2);
    await engine.execute('delete from people');
    const connection = engine.connect();
    expect((await connection.execute(INSERT, [ana, bo])).rowCount).toBe(2);
    expect(connection.inTransaction).toBe(false);
    await connection.close();
    expect(await names()).toEqual(['ana', 'bo']);
    await engine.execute('delete from people');
    await runInScope(async () => {
      await Session.execute(INSERT, [ana, bo]);
      expect(await names()).toEqual([]); // the session's transaction, not one of its own
      await Session.commit();
    });
    expect(await names()).toEqual(['ana', 'bo']);
  });

  test('one that fails takes the others with it, and nothing else', async () => {
    await expect(engine.execute(INSERT, [ana, bo, ana])).rejects.toThrow(IntegrityError);
    expect(await names()).toEqual([]);
    await runInScope(async () => {
      await Session.execute(INSERT, { name: 'before', age: 0 });
      await expect(Session.execute(INSERT, [ana, bo, ana])).rejects.toThrow(IntegrityError);
      await Session.execute(INSERT, [{ name: 'after', age: 0 }]);
      await Session.commit();
    });
    expect(await names()).toEqual(['after', 'before']);
  });

  test('rows that are read come together', async () => {
    await engine.execute(INSERT, [ana, bo]);
    const result = await engine.execute('select age from people where name = :name', [bo, ana]);
    expect([result.scalars(), result.rowCount]).toEqual([[2, 1], 2]);
  });

  test.each<[string, unknown[], RegExp]>([
    ['an empty list', [], /not an empty list/],
    ['a list of lists', [['ana', 1]], /holds something else/],
    ['a promise in the list', [ana, Promise.resolve(bo)], /holds something else/],
    ['an instance in the list', [ana, new Date()], /holds something else/],
    ['one without a name', [ana, { name: 'bo' }], /needs a value for :age in number 2 of the list/],
    [
      'one with undefined',
      [{ ...ana, age: undefined }],
      /:age in number 1 of the list is undefined/,
    ],
  ])('%s is refused before anything is sent', async (_what, list, said) => {
    const running = engine.execute(INSERT, list);
    await expect(running).rejects.toThrow(ArgumentError);
    await expect(running).rejects.toThrow(said);
    expect(await names()).toEqual([]);
  });

  test('without names a list is the values of one run', async () => {
    await engine.execute('insert into people (name, age) values (?, ?)', ['ana', 1]);
    expect(await names()).toEqual(['ana']);
  });
});

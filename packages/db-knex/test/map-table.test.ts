/** A class is mapped to one table. */
import {
  ArgumentError,
  createEngine,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { columns } from '@quartet/db-core/orm';
import { bindKnex, mapTable } from '@quartet/db-knex';
import { freshDatabase, testEngines } from '@quartet/testing';

class Account {
  id!: number;
}

test('mapping a class to something else is refused, and keeps the first mapping', async () => {
  const [engine, other] = [createEngine('sqlite://'), createEngine('sqlite://')];
  const columns = { id: true } as const;
  mapTable(bindKnex(engine), Account, { table: 'accounts', columns });
  for (const again of [engine, other]) {
    const map = (): void => mapTable(bindKnex(again), Account, { table: 'others', columns });
    expect(map).toThrow(ArgumentError);
    expect(map).toThrow(/Account is mapped already/);
  }
  class Special extends Account {}
  mapTable(bindKnex(engine), Special, { table: 'special', columns });
  mapTable(bindKnex(other), Account, { table: 'accounts', columns }); // the same, with another Knex
  for (const each of [engine, other]) await each.dispose();
});

test('an unknown option is refused', async () => {
  const engine = createEngine('sqlite://');
  class Page {
    id!: number;
  }
  const mapping = { tabel: 'pages', columns: { id: true } } as never;
  expect(() => mapTable(bindKnex(engine), Page, mapping)).toThrow(/'tabel': did you mean 'table'/);
  await engine.dispose();
});

test.each(testEngines())(
  'on $name the first read with a condition begins no transaction, though it asks for the types of the columns',
  async (testEngine) => {
    const database = await freshDatabase(testEngine);
    const engine = createEngine(database.url, { begin: 'on-first-write' });
    class Book {
      id!: number;
    }
    mapTable(bindKnex(engine), Book, { table: 'books', columns: { id: true } });
    await engine.execute('create table books (id int primary key)');
    await engine.execute('insert into books values (7)');
    const begun = jest.fn();
    engine.on('begin', begun);
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const [ids, inUse] = await runInScope(async () => {
      const found = await Session.query(Book)
        .filter(columns(Book).id.in([7, 8]))
        .all();
      return [found.map(({ id }) => id), engine.status().inUse];
    });
    await engine.dispose();
    await database.drop();
    expect([ids, inUse, begun.mock.calls.length]).toEqual([[7], 0, 0]);
  },
);

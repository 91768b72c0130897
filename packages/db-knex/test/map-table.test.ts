/** A class is mapped to one table. */
import { ArgumentError, createEngine } from '@quartet/db-core';
import { bindKnex, mapTable } from '@quartet/db-knex';

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

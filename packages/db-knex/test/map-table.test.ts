/** A class is mapped once, on an engine in use. */
import { ArgumentError, createEngine } from '@quartet/db-core';
import { bindKnex, mapTable } from '@quartet/db-knex';

class Account {
  id!: number;
}

test('mapping a class twice is refused, and keeps the first mapping', async () => {
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
  await engine.dispose();
  mapTable(bindKnex(other), Account, { table: 'accounts', columns });
  await other.dispose();
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

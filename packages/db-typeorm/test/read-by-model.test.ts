/** A value is read by what the model says, whatever SQLite's tables call the column's type. */
import { createEngine, runInScope } from '@quartet/db-core';
import { bindTypeorm, utcDateTime } from '@quartet/db-typeorm';
import { makeThings, THING } from '@quartet/testing';
import type { DataSource } from 'typeorm';
import { EntitySchema } from 'typeorm';

const Thing = new EntitySchema<Record<string, unknown>>({
  name: 'things',
  columns: {
    id: { type: Number, primary: true, generated: true },
    on: { type: Boolean },
    n: { type: 'int' },
    big: { type: 'bigint' },
    price: { type: 'decimal' },
    made: utcDateTime(),
    at: { type: 'datetime' },
    js: { type: 'simple-json' },
  },
});

describe.each(['text', '', 'json'])('a column declared %p', (type) => {
  const engine = createEngine('sqlite://');
  let dataSource: DataSource;

  beforeAll(async () => {
    await makeThings(engine, type);
    dataSource = await bindTypeorm(engine, { entities: [Thing] });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await engine.dispose();
  });

  test('is read as what the model says', async () => {
    const read = () => dataSource.getRepository(Thing).findOneByOrFail({ id: 1 });
    expect(await runInScope(read)).toMatchObject(THING);
  });
});

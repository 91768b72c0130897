/** A bound Knex reads the same JavaScript values as one with a connection of its own, but for instants. */
import { runInScope } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { knex as createKnex } from 'knex';
import { onEachEngine } from '@quartet/conformance/binding';

const VALUES = {
  flag: true,
  n: 42,
  big: '9007199254740993',
  price: '12.30',
  f: 1.5,
  at: new Date('2024-05-06T07:08:09.123Z'),
  js: JSON.stringify({ a: [1] }),
  bin: Buffer.from([0, 255]),
  s: 'héllo ☃',
};

onEachEngine((fixture) => {
  async function read(
    knex: Knex,
    run: <T>(fn: () => Promise<T>) => Promise<T>,
  ): Promise<Record<string, unknown>> {
    await knex.schema.dropTableIfExists('types');
    await knex.schema.createTable('types', (table) => {
      table.increments('id');
      table.boolean('flag');
      table.integer('n');
      table.bigInteger('big');
      table.decimal('price', 10, 2);
      table.double('f');
      table.datetime('at', { precision: 3 });
      table.json('js');
      table.binary('bin');
      table.string('s');
    });
    return run(async () => ({
      inserted: await (fixture.name === 'postgres'
        ? knex('types').insert(VALUES, ['id'])
        : knex('types').insert(VALUES)),
      row: await knex('types').first(),
      updated: await knex('types').where({ n: 42 }).update({ n: 42 }),
      count: await knex('types').count({ c: '*' }),
      plucked: await knex('types').pluck('n'),
      deleted: await knex('types').where({ at: VALUES.at }).delete(),
    }));
  }

  test('whatever the type', async () => {
    const { url } = fixture.database;
    const own: Knex.Config = {
      sqlite: {
        client: 'better-sqlite3',
        connection: { filename: url.replace('sqlite:///', '') },
        useNullAsDefault: true,
      },
      postgres: { client: 'pg', connection: url },
      mariadb: { client: 'mysql2', connection: url },
    }[fixture.name];
    const answer = await read(bindKnex(fixture.engine), runInScope);
    const stock = createKnex(own);
    const expected = await read(stock, (fn) => fn());
    await stock.destroy();
    // Stock Knex stores instants as numbers on SQLite, and rounds big integers there and on MariaDB.
    const exact = { at: VALUES.at, big: VALUES.big };
    expect(answer).toEqual({ ...expected, row: { ...(expected['row'] as object), ...exact } });
    expect(answer['deleted']).toBe(1);
  });
});

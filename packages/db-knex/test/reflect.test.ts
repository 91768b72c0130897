import { runInScope } from '@quartet/db-core';
import { bindKnex, createAll, dropAll, reflect } from '@quartet/db-knex';
import type { ReflectedTable } from '@quartet/db-knex';
import { bareSchema } from '@quartet/testing';
import type { Knex } from 'knex';
import { onEachEngine } from './support';
import { tables } from './tables';

onEachEngine((fixture) => {
  let knex: Knex;
  const named = async (name: string): Promise<ReflectedTable | undefined> =>
    (await reflect(knex)).find((table) => table.name === name);
  beforeAll(() => {
    knex = bindKnex(fixture.engine);
  });
  afterEach(() => dropAll(knex, tables));

  test('an empty database has no tables', async () => {
    expect(await reflect(knex)).toEqual([]);
  });

  test('tells what the bare driver tells', async () => {
    await createAll(knex, tables);
    const bare = await bareSchema(fixture.database.url);
    const reflected = await reflect(knex);
    expect(reflected.map(({ name }) => name)).toEqual([
      'message_tags',
      'messages',
      'tags',
      'users',
    ]);
    for (const { name, columns, primaryKey, foreignKeys, indexes } of reflected) {
      const described = columns.map(
        ({ name: column, type, nullable, autoIncrement, default: value }) => [
          column,
          `${type}${nullable ? '' : ' not null'}${autoIncrement ? ' auto' : value === null ? '' : ` default ${value}`}`,
        ],
      );
      const expected = Object.entries(bare[name]?.columns ?? {}).map(([column, text]) => [
        column,
        text.replace(' utf8mb4_bin', ''),
      ]);
      expect(described).toEqual(expected);
      expect([...primaryKey].sort()).toEqual(bare[name]?.primaryKey);
      expect(
        foreignKeys
          .map(
            (key) => `${key.columns} -> ${key.table}.${key.references} on delete ${key.onDelete}`,
          )
          .sort(),
      ).toEqual(bare[name]?.foreignKeys);
      expect(
        indexes
          .filter(({ unique }) => unique)
          .map((index) => index.columns.join())
          .sort(),
      ).toEqual(bare[name]?.uniques);
    }
  });

  test('keys and indexes of several columns keep their order', async () => {
    await knex.schema.createTable('parents', (table) => {
      table.integer('b').notNullable();
      table.integer('a').notNullable();
      table.string('note', 10).nullable().defaultTo('x');
      table.primary(['a', 'b']);
      table.index(['note', 'a'], 'ix_note');
    });
    await knex.schema.createTable('children', (table) => {
      table.integer('x').notNullable();
      table.integer('y').notNullable();
      table
        .foreign(['x', 'y'])
        .references(['a', 'b'])
        .inTable('parents')
        .onDelete('CASCADE')
        .onUpdate('CASCADE');
    });
    const parents = await named('parents');
    expect(parents?.primaryKey).toEqual(['a', 'b']);
    expect(parents?.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['b', false],
      ['a', false],
      ['note', true],
    ]);
    expect(parents?.columns[2]?.default).toMatch(/^'x'/);
    expect(parents?.indexes).toEqual([{ name: 'ix_note', columns: ['note', 'a'], unique: false }]);
    expect((await named('children'))?.foreignKeys).toMatchObject([
      {
        columns: ['x', 'y'],
        table: 'parents',
        references: ['a', 'b'],
        onDelete: 'CASCADE',
        onUpdate: 'CASCADE',
      },
    ]);
    await knex.schema.dropTable('children');
    await knex.schema.dropTable('parents');
  });

  test('sees what the session’s transaction has changed', async () => {
    if (fixture.name === 'mariadb') return; // it commits at DDL
    await runInScope(async () => {
      await knex.schema.createTable('mine', (table) => void table.increments());
      expect(await named('mine')).toBeDefined();
    });
    expect(await named('mine')).toBeUndefined();
  });
});

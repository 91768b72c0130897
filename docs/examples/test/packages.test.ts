/** The examples in the READMEs of the packages. */
import { createEngine } from '@quartet/db-core';
import { freshDatabase, testEngines } from '@quartet/testing';
import { main as compiledKnex } from '../src/compiled-knex';
import { main as core } from '../src/hello-core';
import { main as knex } from '../src/hello-knex';
import { main as sequelize } from '../src/hello-sequelize';
import { main as typeorm } from '../src/hello-typeorm';

test('db-core: what is committed is kept', async () => {
  expect(await core()).toEqual(['admin']);
});

test('db-knex: a query is compiled once', async () => {
  expect(await compiledKnex()).toEqual(['admin', 'guest']);
});

test.each(Object.entries({ sequelize, typeorm, knex }))(
  '%s: its own calls and the session are one transaction',
  async (_name, example) => {
    expect(await example()).toEqual(['admin', 'guest']);
  },
);

// #region testing
describe.each(testEngines())('on $name', (engine) => {
  test('a table can be made and filled', async () => {
    const database = await freshDatabase(engine);
    const db = createEngine(database.url);
    await db.execute('create table notes (text varchar(50))');
    const { rowCount } = await db.execute('insert into notes values (?)', ['first']);
    expect(rowCount).toBe(1);
    await db.dispose();
    await database.drop();
  });
});
// #endregion

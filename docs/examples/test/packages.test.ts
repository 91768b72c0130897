/** The examples in the READMEs of the packages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@quartet/db-core';
import { freshDatabase, ServerProcess, testEngines } from '@quartet/testing';
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

test('express-service: a whole service, from its start to its end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quartet-service-'));
  const server = new ServerProcess(join(__dirname, '../src/service-main.ts'), folder, {
    DATABASE_URL: 'sqlite:///users.db',
  });
  try {
    const { url } = await server.listening();
    const add = async (body: string) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${url}/users`, { method: 'POST', headers, body });
      return [answer.status, await answer.json()];
    };
    expect(await add('{"name":"admin"}')).toEqual([201, { name: 'admin' }]);
    expect(await add('{"name":"admin"}')).toEqual([
      409,
      expect.objectContaining({ detail: 'This user exists already.' }),
    ]);
    expect(await add('{}')).toEqual([
      400,
      expect.objectContaining({ detail: 'A user has a name.' }),
    ]);
    expect(await (await fetch(`${url}/users`)).text()).toBe('{"name":"admin"}\n');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    server.signal('SIGTERM');
    expect(await server.exitCode()).toBe(0);
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true });
  }
});

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

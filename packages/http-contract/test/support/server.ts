/** A whole app in one process, for the tests of `serve`: a table of users. */
import type { Engine } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Express } from 'express';
import express from 'express';
import { createRouter, serve } from '../../src';
import { someQueries } from './queries';

let database: Engine;

const queries = someQueries({
  async listUsers() {
    const { rows } = await read('SELECT id, name, email FROM users ORDER BY id');
    return { items: rows, total: rows.length };
  },
  async createUser({ name, email }) {
    await database.execute('INSERT INTO users (name, email) VALUES (?, ?)', [name, email]);
    return { id: 1, name, email };
  },
  createMessage: () => Promise.resolve(undefined),
});

async function createApp(engine: Engine): Promise<Express> {
  database = engine;
  await engine.execute(
    'CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT, email TEXT)',
  );
  const app = express();
  initApp(app);
  return app.use(createRouter(queries, { style: 'test', library: 'none', engine }));
}

async function read(sql: string): Promise<{ rows: { id: number; name: string; email: string }[] }> {
  const result = await database.execute(sql);
  return { rows: result.all().map((row) => ({ ...row }) as never) };
}

void serve(createApp, {
  style: 'test',
  port: 4199,
  queries,
});

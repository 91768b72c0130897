/** What Knex is given on SQLite. */
import type { Engine } from '@quartet/db-core';
import { createEngine, runInScope } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { freshDatabase } from '@quartet/testing';
import type { Knex } from 'knex';
import { betterSqlite3Pool } from '../src/better-sqlite3-pool';

describe('the pool of better-sqlite3 connections', () => {
  let engine: Engine;
  let knex: Knex;
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;

  beforeAll(async () => {
    fresh = await freshDatabase('sqlite');
    engine = createEngine(fresh.url);
    knex = bindKnex(engine);
    await engine.execute('create table t (id integer primary key, b text unique, made datetime)');
  });
  beforeEach(() => engine.execute('delete from t'));
  afterEach(() => expect(engine.status().inUse).toBe(0));
  afterAll(async () => {
    await engine.dispose();
    await fresh.drop();
  });

  test('a connection that is checked out has its transaction, which its release rolls back', async () => {
    const pool = betterSqlite3Pool(engine);
    const connection = await pool.acquire().promise;
    await connection.prepare('BEGIN').run();
    expect(await connection.prepare("insert into t (id, b) values (7, 'a')").run()).toEqual({
      changes: 1,
      lastInsertRowid: 7,
    });
    expect([pool.numUsed(), engine.status().inUse]).toEqual([1, 1]);
    pool.release(connection);
    expect(await knex('t').select('b')).toEqual([]);
  });

  test('in a session a nested transaction that is left open is rolled back alone', () =>
    runInScope(async () => {
      await knex('t').insert({ b: 'outer' });
      const pool = betterSqlite3Pool(engine);
      const connection = await pool.acquire().promise;
      await connection.prepare('BEGIN').run();
      await connection.prepare('insert into t (b) values (?)').run(['inner']);
      pool.release(connection);
      expect(await knex('t').pluck('b')).toEqual(['outer']);
    }));

  test('integers beyond 2^53 are text that finds its row; bigints for those who ask', async () => {
    const id = '9007199254740993';
    await knex('t').insert({ id: id as never, b: 20095 });
    const row = await knex('t').first();
    expect(row).toEqual({ id, b: '20095', made: null });
    expect(await knex('t').where({ id: row.id }).pluck('b')).toEqual(['20095']);
    const asked = await knex('t').first().options({ safeIntegers: true });
    expect(asked.id).toBe(BigInt(id));
  });

  test('a list is no value', async () => {
    const where = knex('t').where({ id: [1, 'victim'] as never, b: 'me' });
    await expect(where).rejects.toThrow('number 1 is an array');
  });

  test('instants are read as Date, in a column that was added later too', async () => {
    const made = new Date(0);
    await knex('t').insert({ b: 'a', made });
    expect(await knex('t').first()).toMatchObject({ made });
    await engine.execute('alter table t add column changed datetime');
    await knex('t').update({ changed: made });
    expect(await knex('t').first()).toMatchObject({ made, changed: made });
    await engine.execute("update t set made = '2026-01-02 03:04:05'"); // as current_timestamp writes it
    expect(await knex('t').first()).toMatchObject({ made: new Date('2026-01-02T03:04:05Z') });
  });
});

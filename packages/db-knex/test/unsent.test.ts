/** A write that was built and never sent is warned of in development, once for each place. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEngine } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { until } from '@quartet/testing';
import type { Knex } from 'knex';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const engine = createEngine('sqlite://');
const before = process.env['NODE_ENV'];
let knex: Knex;
beforeAll(async () => {
  process.env['NODE_ENV'] = 'development';
  knex = bindKnex(engine);
  process.env['NODE_ENV'] = before;
  await engine.execute('create table users (name text)');
});
afterAll(() => engine.dispose());

/** What is warned of until all that is garbage now is collected. */
async function warnings(build: () => unknown): Promise<string[]> {
  const lines: string[] = [];
  const warn = jest
    .spyOn(console, 'warn')
    .mockImplementation((line: string) => void lines.push(line));
  await (async () => void (await build()))();
  const isCollected = new WeakRef({});
  await until(() => {
    collect();
    return isCollected.deref() === undefined;
  });
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await new Promise(setImmediate);
  }
  warn.mockRestore();
  return lines;
}

test('a write that nobody awaits', async () => {
  for (const [build, what] of [
    [() => void knex('users').insert({ name: 'a' }), 'insert'],
    [() => void knex('users').where({ name: 'a' }).update({ name: 'b' }), 'update'],
    [() => void knex('users').del(), 'delete'],
  ] as const) {
    const [line = '', ...more] = await warnings(build);
    expect(line).toMatch(
      new RegExp(`^A Knex ${what} was built and never sent.* built at .*unsent\\.test\\.ts:\\d+`),
    );
    expect(more).toEqual([]);
  }
});

test('once for each place', async () => {
  const build = (): void => void knex('users').insert({ name: 'a' });
  const lines = await warnings(() => {
    for (let times = 0; times < 3; times++) build();
  });
  expect(lines).toHaveLength(1);
});

test('not one that was sent, is part of another, was copied or read, nor a read', async () => {
  const lines = await warnings(async () => {
    await knex('users').insert({ name: 'a' });
    await knex.transaction((trx) => trx('users').insert({ name: 'b' }));
    knex('users').del().toString();
    await knex('users').update({ name: 'c' }).clone().where({ name: 'a' });
    void knex('users').where({ name: 'a' }).select();
  });
  expect(lines).toEqual([]);
});

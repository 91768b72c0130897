/** A query of Knex that is compiled once. */
// #region example
import { createEngine, runInScope } from '@quartet/db-core';
import { bindKnex, compileQuery } from '@quartet/db-knex';

const engine = createEngine('sqlite://');
const knex = bindKnex(engine);

const usersNamed = compileQuery((db, { names, limit }: { names: string[]; limit: number }) =>
  db('users').whereIn('name', names).orderBy('name').limit(limit).pluck<string[]>('name'),
);

export async function main(): Promise<string[]> {
  await knex.schema.createTable('users', (table) => table.string('name'));
  await knex('users').insert(['admin', 'guest', 'root'].map((name) => ({ name })));
  const names = await runInScope(async () => {
    return await usersNamed(knex, { names: ['admin', 'guest'], limit: 10 });
  });
  await engine.dispose();
  return names; // ['admin', 'guest']
}
// #endregion

/** The example in db-knex's README. */
// #region example
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, createAll, mapTable, primaryId } from '@quartet/db-knex';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
const knex = bindKnex(engine);

/** Optional: rows as objects, for the session's unit of work. */
class User {
  id!: number;
  constructor(readonly name: string) {}
}
mapTable(knex, User, { table: 'users', columns: { id: true, name: true } });

export async function main(): Promise<string[]> {
  await createAll(knex, {
    users(table) {
      primaryId(knex, table);
      table.string('name', 50).notNullable().unique();
    },
  });
  const names = await runInScope(async () => {
    await knex('users').insert({ name: 'admin' }); // in the session's transaction
    Session.add(new User('guest'));
    await Session.commit();
    return await knex('users').orderBy('name').pluck<string[]>('name');
  });
  await engine.dispose();
  return names; // ['admin', 'guest']
}
// #endregion

/** Article 2, the SQL abstraction layer: an engine and tables, no session and no classes. */
import type { Engine } from '@quartet/db-core';
// #region imports
// [2] Table(…, autoload=True)
import { reflect } from '@quartet/db-core/reflection';
// [2] from sqlalchemy import MetaData, Table, for statements
import { bindKnex, createAll, primaryId } from '@quartet/db-knex';
// #endregion

/** What a row of `users` looks like. */
export interface User {
  id: number;
  name: string | null;
  email: string | null;
}

declare module 'knex/types/tables' {
  interface Tables {
    users: User;
  }
}

/** "Either declare the tables in your code like in the examples above …" */
export async function declareTables(engine: Engine): Promise<void> {
  // #region sql
  // [2] metadata = MetaData(bind=engine)
  // => it builds statements, and needs no table objects for that; what a row looks like is a type, written by hand or by `npm run db:reflect`
  const knex = bindKnex(engine);

  // [2] users = Table('users', metadata, Column('id', Integer, primary_key=True), …)
  await createAll(knex, {
    users(table) {
      primaryId(knex, table);
      table.string('name', 50).unique();
      table.string('email', 120).unique();
    },
  });
  // #endregion
}

/** "… or automatically load them", and the lines at the prompt, with what they print. */
export async function transcript(engine: Engine, print: (value: unknown) => void): Promise<void> {
  // #region sql
  // [2] metadata = MetaData(bind=engine)
  const knex = bindKnex(engine);

  // [2] users = Table('users', metadata, autoload=True)
  // => columns, keys and indexes; a table that is not there is an error that lists those that are
  const [users] = await reflect(engine, { only: ['users'] });
  // #endregion
  print(users?.columns.map(({ name }) => name));

  // #region sql
  // [2] con = engine.connect()
  const con = engine.connect();

  // [2] con.execute(users.insert(), name='admin', email='admin@localhost')
  // => "SQLAlchemy will automatically commit for us": here too, outside a session
  await con.execute(knex('users').insert({ name: 'admin', email: 'admin@localhost' }));

  // [2] users.select(users.c.id == 1).execute().first()
  // => `(1, 'admin', 'admin@localhost')`
  print((await engine.execute(knex('users').where({ id: 1 }))).first());

  // [2] r = users.select(users.c.id == 1).execute().first()
  // => `.one()` where there must be one
  const r = (await engine.execute(knex('users').where({ id: 1 }))).one();

  // [2] r['name']
  // => and `r[1]`, and `const [id, name] = r`; a name that is not there is undefined
  print(r['name']);

  // [2] r['nme'], which is a KeyError
  // => refused with the columns there are
  print(r.get('name'));

  // [2] engine.execute('select * from users where id = :1', [1]).first()
  print((await engine.execute('select * from users where id = :1', [1])).first());
  // #endregion
  await con.close();
}

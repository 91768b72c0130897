/** What the articles say of the SQL style, how its own tests leave nothing behind, and its library's own transactions. */
import { inspect } from 'node:util';
import type { Style } from '@quartet/conformance';
import {
  onEachEngine,
  registerArticles,
  registerIsolation,
  registerNested,
  registerTenants,
} from '@quartet/conformance';
import { runInScope, translateError } from '@quartet/db-core';
import { createApp } from '../src/app';
import { initDb, knex } from '../src/database';
import { queries } from '../src/queries';
import { Session } from '../src/session';

const ADMIN = { name: 'admin', email: 'admin@localhost' };

const style: Style = {
  createApp,
  initDb,
  queries,
  Session,
  async add(user) {
    await knex('users')
      .insert(user)
      .catch((error: unknown) => {
        throw translateError(error);
      });
  },
  transaction: (work) =>
    knex.transaction((trx) => work(async (user) => await trx('users').insert(user))),
  noModels: { tables: {} },
};

registerArticles(style);
registerIsolation(style);
registerNested(style);
registerTenants(style);

onEachEngine(initDb, (stage) => {
  test('the session at the prompt prints what the second article prints', async () => {
    // >>> con = engine.connect()
    const con = stage.engine.connect();
    // >>> con.execute(users.insert(), name='admin', email='admin@localhost')
    await con.execute('insert into users (name, email) values (:name, :email)', ADMIN);
    // SQLAlchemy will automatically commit for us: somebody else sees the row at once
    const [{ id }] = (await stage.probe.snapshot()).users as [{ id: number }];
    await con.close();
    // >>> engine.execute('select * from users where id = :1', [1]).first()
    const r = (await stage.engine.execute('select * from users where id = :1', [id])).first();
    expect(inspect(r)).toBe(`(${id}, 'admin', 'admin@localhost')`);
    // >>> r['name']
    expect(inspect(r?.['name'])).toBe(`'admin'`);
    expect(r?.[1]).toBe('admin');
  });

  test('a statement commits by itself outside a scope, and with the session inside one', async () => {
    await knex('users').insert(ADMIN);
    expect(await stage.probe.count('users')).toBe(1);
    await runInScope(async () => {
      await knex('users').insert({ name: 'guest', email: 'guest@localhost' });
      expect(await stage.probe.count('users')).toBe(1);
      await Session.commit();
    });
    expect(await stage.probe.count('users')).toBe(2);
  });
});

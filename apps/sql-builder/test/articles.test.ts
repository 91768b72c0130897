/** What the articles say of the SQL style. */
import { inspect } from 'node:util';
import { onEachEngine, Probe } from '@quartet/conformance';
import { IntegrityError, runInScope, translateError } from '@quartet/db-core';
import { freshDatabase } from '@quartet/testing';
import { initDb, knex, Session } from '../src/database';
import { queries } from '../src/queries';

const ADMIN = { name: 'admin', email: 'admin@localhost' };

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

  test('the scoped session is made once, and every module that imports it means the session of its scope', async () => {
    const { Session: imported } = require('../src/database') as typeof import('../src/database');
    expect(imported).toBe(Session);
    const sessions = new Set<unknown>();
    for (let round = 0; round < 2; round++) {
      await runInScope(async () => {
        sessions.add(Session());
        await knex('users').insert(ADMIN);
        // Not committed, yet queries.ts sees it: it has imported the same scoped session.
        expect(await queries.findAccount('admin')).toMatchObject({ name: 'admin' });
        expect(imported()).toBe(Session());
      });
    }
    expect(sessions.size).toBe(2);
    expect(await stage.probe.count('users')).toBe(0);
  });

  test('after a duplicate the session is usable once it is rolled back', async () => {
    await runInScope(async () => {
      await knex('users').insert(ADMIN);
      await Session.commit();
      const error: unknown = await knex('users').insert(ADMIN).catch(translateError);
      expect(error).toBeInstanceOf(IntegrityError);
      await Session.rollback();
      await knex('users').insert({ name: 'guest', email: 'guest@localhost' });
      await Session.commit();
    });
    expect((await stage.probe.snapshot()).users).toMatchObject([
      { name: 'admin' },
      { name: 'guest' },
    ]);
  });

  test('a model that initDb has not imported gets no table', async () => {
    const database = await freshDatabase(stage.name);
    const probe = await Probe.open(stage.name, database.url);
    await jest.isolateModulesAsync(async () => {
      jest.doMock('../src/models', () => ({ tables: {} })); // as if models.ts said nothing
      const core = require('@quartet/db-core') as typeof import('@quartet/db-core');
      const app = require('../src/database') as typeof import('../src/database');
      const engine = core.createEngine(database.url);
      await app.initDb(engine);
      await expect(
        core.runInScope(() => app.Session.execute('SELECT * FROM users')),
      ).rejects.toThrow(core.ProgrammingError);
      await engine.dispose();
      jest.dontMock('../src/models');
    });
    expect(await probe.schema()).toEqual({});
    await probe.close();
    await database.drop();
  });
});

/** Rows of mapped tables, and Knex's own queries, in a session. */
import { ArgumentError, runInScope } from '@quartet/db-core';
import { bindKnex, createAll, engineOf, toDate } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { knex as plainKnex } from 'knex';
import { onEachEngine } from '@quartet/conformance/binding';
import { mapTables, Message, MessageTag, tables, User } from './tables';

onEachEngine((fixture) => {
  let knex: Knex;

  beforeAll(async () => {
    knex = bindKnex(fixture.engine);
    mapTables(knex);
    await createAll(knex, tables);
  });
  beforeEach(async () => {
    await fixture.engine.execute('delete from users');
    await fixture.engine.execute('delete from tags');
    fixture.log.length = 0;
  });
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
  const stored = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select name from users order by name')).scalars();

  test('have keys of several columns', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const user = new User('a');
      Session.add(user);
      await Session.flush();
      const message = new Message(user.id, 'x');
      Session.add(message);
      await Session.flush();
      await knex('tags').insert({ name: 't' });
      const { id: tagId } = await knex('tags').first('id');
      const link = new MessageTag(message.id, tagId);
      Session.add(link);
      await Session.flush();
      expect(await Session.get(MessageTag, [message.id, tagId])).toEqual(link);
      Session.delete(link);
      await Session.flush();
      expect(await Session.query(MessageTag).count()).toBe(0);
    }));

  test('a condition by property names its column', () =>
    runInScope(async () => {
      const query = fixture.Session.query(Message);
      const byProperty = (): unknown => query.filter({ userId: 1 });
      expect(byProperty).toThrow(ArgumentError);
      expect(byProperty).toThrow('filter({ user_id: … }), or filterBy({ userId: … })');
      expect(await query.filter({ 'messages.user_id': 1 }).all()).toEqual([]);
    }));

  test('instants are Dates wherever they come from', () =>
    runInScope(async () => {
      const at = new Date('2024-05-06T07:08:09.123Z');
      await fixture.Session.execute("insert into users (name, email) values ('a', 'a@x')");
      const { id: user_id } = await knex('users').first('id');
      await knex('messages').insert({ user_id, body: at.toISOString(), created_at: at });
      const row = await knex('messages').where('created_at', '<=', at).first();
      expect([row.created_at, row.body]).toEqual([at, at.toISOString()]);
      const joined = await knex('messages as m')
        .join('users as u', 'u.id', 'm.user_id')
        .select('u.name', 'm.created_at as sent');
      expect(joined).toEqual([{ name: 'a', sent: at }]);
      const [latest] = await knex('messages').max({ at: 'created_at' });
      expect(toDate(latest?.at)).toEqual(at);
      expect(() => toDate('nonsense')).toThrow(RangeError);
    }));

  test('a builder given back by the scope’s function still runs inside the scope', async () => {
    const { Session } = fixture;
    await runInScope(async () => {
      await runInScope(() => knex('users').insert({ name: 'lost', email: '1' }));
      await Session.execute('select 1');
    });
    expect(await stored()).toEqual([]);
  });

  test('rows are streamed, and a stream that is given up frees its connection', () =>
    runInScope(async () => {
      await knex('users').insert(
        Array.from({ length: 500 }, (_, n) => ({ name: `u${n}`, email: `${n}` })),
      );
      let seen = 0;
      for await (const row of knex('users').orderBy('id').stream({ highWaterMark: 10 }))
        if (row.name === `u${seen}`) seen++;
      expect(seen).toBe(500);
      for await (const _row of knex('users').stream({ highWaterMark: 10 })) break;
      expect(await knex('users').first('name')).toBeDefined();
    }));

  test('migrations run outside scopes', async () => {
    const migration = {
      up: (k: Knex) => k.schema.createTable('migrated', (table) => void table.increments()),
      down: (k: Knex) => k.schema.dropTable('migrated'),
    };
    const migrationSource = {
      getMigrations: async () => ['one'],
      getMigrationName: (name: string) => name,
      getMigration: async () => migration,
    };
    await knex.migrate.latest({ migrationSource });
    expect(await knex.schema.hasTable('migrated')).toBe(true);
    await knex.migrate.rollback({ migrationSource });
    expect(await knex.schema.hasTable('migrated')).toBe(false);
    for (const table of ['knex_migrations', 'knex_migrations_lock'])
      await knex.schema.dropTable(table);
  });

  test('a Knex that was not bound has no engine', () => {
    expect(engineOf(knex)).toBe(fixture.engine);
    expect(() => engineOf(plainKnex({ client: 'pg' }))).toThrow(/not bound/);
  });
});

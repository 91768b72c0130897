/** Rows of mapped tables, and Knex's own queries, in a session. */
import {
  ArgumentError,
  IntegrityError,
  NoResultFound,
  runInScope,
  translateError,
} from '@quartet/db-core';
import { bindKnex, createAll, engineOf, mapTable, toDate } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { knex as plainKnex } from 'knex';
import { onEachEngine } from '@quartet/conformance/binding';
import { tables } from './tables';

class User {
  id!: number;

  constructor(
    public name: string,
    public email = `${name}@x`,
  ) {}
}

class Message {
  id!: number;
  createdAt!: Date;

  constructor(
    public userId: number,
    public body: string,
  ) {}
}

class MessageTag {
  constructor(
    public messageId: number,
    public tagId: number,
  ) {}
}

onEachEngine((fixture) => {
  let knex: Knex;

  beforeAll(async () => {
    knex = bindKnex(fixture.engine);
    mapTable(knex, User, { table: 'users', columns: { id: true, name: true, email: true } });
    mapTable(knex, Message, {
      table: 'messages',
      columns: { id: true, userId: 'user_id', body: true, createdAt: 'created_at' },
      references: [User],
    });
    mapTable(knex, MessageTag, {
      table: 'message_tags',
      columns: { messageId: 'message_id', tagId: 'tag_id' },
      primaryKey: ['messageId', 'tagId'],
    });
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

  test('are saved at flush and get their keys and defaults', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const user = new User('a');
      Session.add(user);
      expect(Session.new).toEqual([user]);
      await Session.flush();
      const message = new Message(user.id, 'hello');
      Session.add(message);
      await Session.flush();
      expect([user.id, message.id]).toEqual([expect.any(Number), expect.any(Number)]);
      expect(Math.abs(Date.now() - message.createdAt.getTime())).toBeLessThan(60_000);
      expect(Session.new).toEqual([]);
      await Session.commit();
      expect(await stored()).toEqual(['a']);
    }));

  test('are updated in the columns that have changed, and not otherwise', () =>
    runInScope(async () => {
      const { Session } = fixture;
      await knex('users').insert({ name: 'a', email: 'a@x' });
      const found = await Session.query(User).one();
      expect(found).toBeInstanceOf(User);
      Session.add(found);
      expect(Session.dirty).toEqual([]);
      found.name = 'b';
      expect(Session.dirty).toEqual([found]);
      await Session.commit();
      expect(fixture.log.filter((sql) => /^update/i.test(sql))).toHaveLength(1);
      expect(fixture.log.find((sql) => /^update/i.test(sql))).not.toContain('email');
      expect(await stored()).toEqual(['b']);
    }));

  test('leave the session usable after a violated constraint and a rollback', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.add(new User('a'));
      await Session.commit();
      Session.add(new User('a'));
      await expect(Session.commit()).rejects.toThrow(IntegrityError);
      await Session.rollback();
      const direct = await knex('users').insert({ name: 'a', email: 'b@x' }).catch(translateError);
      expect(direct).toMatchObject({ kind: 'unique' });
      await Session.rollback();
      Session.add(new User('b'));
      await Session.commit();
      expect(await stored()).toEqual(['a', 'b']);
    }));

  test('are found by key, by properties and by conditions of Knex', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.addAll(['a', 'b', 'c'].map((name) => new User(name)));
      const query = Session.query(User);
      const b = await query.filterBy({ name: 'b' }).one();
      expect((await Session.get(User, b.id))?.name).toBe('b');
      expect(await Session.get(User, 0)).toBeUndefined();
      const names = async (q: typeof query): Promise<string[]> =>
        (await q.all()).map(({ name }) => name);
      expect(await names(query.orderBy('-name').limit(2))).toEqual(['c', 'b']);
      expect(await names(query.orderBy('name').offset(1))).toEqual(['b', 'c']);
      const above = (q: Knex.QueryBuilder): unknown =>
        q.where('name', '>', 'a').orWhere('name', 'z');
      expect(await names(query.filter(above).filterBy({ email: 'c@x' }))).toEqual(['c']);
      expect(await query.filter(above).count()).toBe(2);
      expect(await query.filterBy({ name: null }).first()).toBeUndefined();
      await expect(query.filterBy({ nonsense: 1 } as never).all()).rejects.toThrow(ArgumentError);
    }));

  test('are deleted and refreshed, with keys of several columns too', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const user = new User('a');
      Session.add(user);
      await Session.flush();
      await knex('users').where({ id: user.id }).update({ name: 'b' });
      await Session.refresh(user);
      expect(user.name).toBe('b');
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
      Session.delete(user);
      await Session.flush();
      await expect(Session.refresh(user)).rejects.toThrow(NoResultFound);
      expect(await Session.query(MessageTag).count()).toBe(0);
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
      const raw = (await fixture.Session.execute('select created_at from messages')).scalar();
      expect(raw).toEqual(fixture.name === 'sqlite' ? at.toISOString() : at);
      expect(() => toDate('nonsense')).toThrow(RangeError);
    }));

  test('transactions of Knex nest in the session, and are real ones outside', async () => {
    await runInScope(async () => {
      await knex('users').insert({ name: 'outer', email: '1' });
      const failing = knex.transaction(async (transaction) => {
        await transaction('users').insert({ name: 'inner', email: '2' });
        await transaction.transaction((nested) =>
          nested('users').insert({ name: 'nested', email: '3' }),
        );
        throw new Error('boom');
      });
      await expect(failing).rejects.toThrow('boom');
      await knex.transaction((transaction) =>
        transaction('users').insert({ name: 'second', email: '4' }),
      );
      await fixture.Session.commit();
    });
    expect(await stored()).toEqual(['outer', 'second']);
    const transaction = await knex.transaction();
    await transaction('users').insert({ name: 'lost', email: '5' });
    await transaction.rollback();
    expect(await stored()).toEqual(['outer', 'second']);
  });

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

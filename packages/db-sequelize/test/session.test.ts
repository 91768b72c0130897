/** Objects of Sequelize models in a session. */
import { IntegrityError, NoResultFound, runInScope, translateError } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { Sequelize } from 'sequelize';
import { Op } from 'sequelize';
import { defineModels, Message, Tag, User } from './models';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  let sequelize: Sequelize;
  const user = (name: string): User => new User({ name, email: `${name}@x` });

  beforeAll(async () => {
    sequelize = await bindSequelize(fixture.engine, {
      models: [defineModels],
      define: { timestamps: false },
    });
    await createAll(sequelize);
  });
  beforeEach(async () => {
    await fixture.engine.execute('delete from users');
    await fixture.engine.execute('delete from tags');
    fixture.log.length = 0;
  });
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
  afterAll(() => sequelize.close());
  const stored = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select name from users order by name')).scalars();

  test('are saved at flush, those that others refer to first, and get their keys', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const author = user('a');
      const message = new Message({ body: 'hello' });
      message.user = author;
      Session.addAll([message, author]);
      expect(Session.new).toHaveLength(2);
      await Session.flush();
      expect([author.id, message.id, message.userId]).toEqual([
        expect.any(Number),
        expect.any(Number),
        author.id,
      ]);
      expect(Session.new).toEqual([]);
      await Session.commit();
      expect(await stored()).toEqual(['a']);
    }));

  test('are updated when they have changed, and not otherwise', () =>
    runInScope(async () => {
      const { Session } = fixture;
      await user('a').save();
      const found = await Session.query(User).filterBy({ name: 'a' }).one();
      Session.add(found);
      expect(Session.dirty).toEqual([]);
      found.name = 'b';
      expect(Session.dirty).toEqual([found]);
      await Session.commit();
      expect(await stored()).toEqual(['b']);
    }));

  test('share one transaction with the model’s own calls', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.add(user('a'));
      await Session.flush();
      await User.create({ name: 'b', email: 'b@x' });
      await Session.rollback();
      await User.create({ name: 'c', email: 'c@x' });
      await Session.commit();
      expect(await stored()).toEqual(['c']);
      expect(fixture.log.filter((line) => line === 'BEGIN')).toHaveLength(2);
    }));

  test('leave the session usable after a violated constraint and a rollback', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.add(user('a'));
      await Session.commit();
      Session.add(user('a'));
      const error = await Session.commit().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(IntegrityError);
      expect(error).toMatchObject({ kind: 'unique' });
      await Session.rollback();
      Session.add(user('b'));
      await Session.commit();
      expect(await stored()).toEqual(['a', 'b']);
      const direct = await User.create({ name: 'a', email: 'z@x' }).catch(translateError);
      expect(direct).toMatchObject({ kind: 'unique' });
      await Session.rollback();
    }));

  test('are found by key, by properties and by conditions of Sequelize', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.addAll(['a', 'b', 'c'].map(user));
      const query = Session.query(User);
      const b = await query.filterBy({ name: 'b' }).one();
      expect(b).toBeInstanceOf(User);
      expect((await Session.get(User, b.id))?.name).toBe('b');
      expect(await Session.get(User, 0)).toBeUndefined();
      const names = async (q: typeof query): Promise<string[]> =>
        (await q.all()).map(({ name }) => name);
      expect(await names(query.orderBy('-name').limit(2))).toEqual(['c', 'b']);
      expect(await names(query.orderBy('name').offset(1))).toEqual(['b', 'c']);
      expect(
        await names(query.filter({ name: { [Op.gt]: 'a' } }).filterBy({ email: 'c@x' })),
      ).toEqual(['c']);
      expect(await query.filter({ name: { [Op.in]: ['a', 'b'] } }).count()).toBe(2);
      expect(await query.filterBy({ name: null }).first()).toBeUndefined();
      await expect(query.filterBy({ name: 'nobody' }).one()).rejects.toThrow(NoResultFound);
    }));

  test('are deleted and refreshed', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const one = user('a');
      Session.add(one);
      await Session.commit();
      await User.update({ name: 'b' }, { where: { id: one.id } });
      await Session.refresh(one);
      expect(one.name).toBe('b');
      Session.delete(one);
      await Session.flush();
      await expect(Session.refresh(one)).rejects.toThrow(NoResultFound);
      await Session.commit();
      expect(await stored()).toEqual([]);
    }));

  test('instants are set by the database, read as Date, and compared as such', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { id: userId } = await user('a').save();
      const at = new Date('2024-05-06T07:08:09.123Z');
      const old = await Message.create({ userId, body: 'old', createdAt: at });
      await Session.execute('insert into messages (user_id, body) values (:userId, :body)', {
        userId,
        body: 'by hand',
      });
      const now = await Message.create({ userId, body: 'now' });
      const byHand = await Session.query(Message).filterBy({ body: 'by hand' }).one();
      for (const { createdAt } of [now, byHand])
        expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(60_000);
      expect((await Message.findByPk(old.id))?.createdAt).toEqual(at);
      expect(await Message.count({ where: { createdAt: at } })).toBe(1);
      expect(
        await Message.count({
          where: { createdAt: { [Op.lt]: new Date('2024-05-06T07:08:09.124Z') } },
        }),
      ).toBe(1);
      const raw = (
        await Session.execute('select created_at from messages where id = :id', { id: old.id })
      ).scalar();
      expect(raw).toEqual(fixture.name === 'sqlite' ? at.toISOString() : at);
      await expect(
        Message.create({ userId, body: 'x', createdAt: 'nonsense' as never }),
      ).rejects.toThrow(/valid date|Invalid/i);
    }));

  test('a class property starts a query', () =>
    runInScope(async () => {
      class Named extends User {
        declare static query: ReturnType<typeof fixture.Session.query<Named>>;
      }
      Object.defineProperty(Named, 'query', fixture.Session.queryProperty());
      await user('a').save();
      expect((await Named.query.filterBy({ name: 'a' }).one()).email).toBe('a@x');
    }));

  test('tags of a message are loaded in the session’s transaction', () =>
    runInScope(async () => {
      const { id: userId } = await user('a').save();
      const message = await Message.create({ userId, body: 'x' });
      await message.setTags([await Tag.create({ name: 't' })]);
      const found = await Message.findByPk(message.id, { include: ['tags', 'user'] });
      expect([found?.tags?.map(({ name }) => name), found?.user?.name]).toEqual([['t'], 'a']);
    }));
});

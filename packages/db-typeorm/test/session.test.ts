/** Objects of mapped classes in a session. */
import { IntegrityError, NoResultFound, runInScope, translateError } from '@quartet/db-core';
import { bindTypeorm, createAll, sessionManager } from '@quartet/db-typeorm';
import type { DataSource, Repository } from 'typeorm';
import { In, LessThan, MoreThan, Not } from 'typeorm';
import { Message, Tag, User } from './models';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  let dataSource: DataSource;
  let users: Repository<User>;
  let messages: Repository<Message>;
  const user = (name: string): User => new User(name, `${name}@x`);

  beforeAll(async () => {
    dataSource = await bindTypeorm(fixture.engine, { entities: [User, Tag, Message] });
    users = dataSource.getRepository(User);
    messages = dataSource.getRepository(Message);
    await createAll(dataSource);
  });
  beforeEach(async () => {
    await fixture.engine.execute('delete from users');
    await fixture.engine.execute('delete from tags');
    fixture.log.length = 0;
  });
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
  afterAll(() => dataSource.destroy());
  const stored = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select name from users order by name')).scalars();
  const control = (): string[] =>
    fixture.log.filter((line) => /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/.test(line));

  test('are saved at flush, those that others refer to first, and get their keys', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const author = user('a');
      const message = new Message(author, 'hello');
      Session.addAll([message, author]);
      expect(Session.new).toHaveLength(2);
      await Session.flush();
      expect([author.id, message.id]).toEqual([expect.any(Number), expect.any(Number)]);
      expect((await Session.query(Message).one()).userId).toBe(author.id);
      expect(Session.new).toEqual([]);
      await Session.commit();
      expect(await stored()).toEqual(['a']);
      expect(control()).toEqual(['BEGIN', 'COMMIT']);
    }));

  test('are updated when they have changed, and not otherwise', () =>
    runInScope(async () => {
      const { Session } = fixture;
      await users.save(user('a'));
      const found = await Session.query(User).filterBy({ name: 'a' }).one();
      Session.add(found);
      expect(Session.dirty).toEqual([]);
      found.name = 'b';
      expect(Session.dirty).toEqual([found]);
      await Session.commit();
      expect(await stored()).toEqual(['b']);
    }));

  test('share one transaction with the repository’s own calls', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.add(user('a'));
      await Session.flush();
      await users.save(user('b'));
      await Session.rollback();
      await users.save(user('c'));
      await Session.commit();
      expect(await stored()).toEqual(['c']);
    }));

  test('a first save() costs no savepoint: its transaction is the session’s', () =>
    runInScope(async () => {
      await users.save(user('a'));
      await fixture.Session.commit();
      expect(control()).toEqual(['BEGIN', 'COMMIT']);
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
    }));

  test('a save() that fails leaves what came before it, and the session goes on', () =>
    runInScope(async () => {
      await users.save(user('a'));
      const error = await users.save(user('a')).catch(translateError);
      expect(error).toMatchObject({ kind: 'unique' });
      await users.save(user('b'));
      await fixture.Session.commit();
      expect(await stored()).toEqual(['a', 'b']);
    }));

  test('two saves side by side nest into one another without harm', () =>
    runInScope(async () => {
      await users.save(user('first'));
      await Promise.all([users.save(user('a')), users.save(user('b')), users.save(user('c'))]);
      await fixture.Session.commit();
      expect(await stored()).toEqual(['a', 'b', 'c', 'first']);
    }));

  test('are found by key, by properties and by conditions of TypeORM', () =>
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
      expect(await names(query.filter({ name: MoreThan('a') }).filter({ name: Not('b') }))).toEqual(
        ['c'],
      );
      expect(
        await names(
          query
            .orderBy('name')
            .filter([{ name: 'a' }, { name: 'b' }])
            .filter({ name: Not('b') }),
        ),
      ).toEqual(['a']);
      expect(await query.filter({ name: In(['a', 'b']) }).count()).toBe(2);
      expect(await query.filterBy({ name: null }).first()).toBeUndefined();
      await expect(query.filterBy({ name: 'nobody' }).one()).rejects.toThrow(NoResultFound);
    }));

  test('are deleted and refreshed', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const one = user('a');
      Session.add(one);
      await Session.commit();
      await users.update({ id: one.id }, { name: 'b' });
      await Session.refresh(one);
      expect(one.name).toBe('b');
      Session.delete(one);
      await Session.flush();
      expect(await stored()).toEqual(['a']);
      await Session.commit();
      expect(await stored()).toEqual([]);
    }));

  test('instants are set by the database, read as Date, and compared as such', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const author = await users.save(user('a'));
      const at = new Date('2024-05-06T07:08:09.123Z');
      const old = await messages.save(Object.assign(new Message(author, 'old'), { createdAt: at }));
      const now = await messages.save(new Message(author, 'now'));
      expect(Math.abs(Date.now() - now.createdAt.getTime())).toBeLessThan(60_000);
      expect((await messages.findOneByOrFail({ id: old.id })).createdAt).toEqual(at);
      expect(await messages.countBy({ createdAt: at })).toBe(1);
      expect(
        await messages.countBy({ createdAt: LessThan(new Date('2024-05-06T07:08:09.124Z')) }),
      ).toBe(1);
      const built = messages.createQueryBuilder('m').where('m.createdAt <= :at', { at });
      expect(await built.getCount()).toBe(1);
      const raw = (
        await Session.execute('select created_at from messages where id = :id', { id: old.id })
      ).scalar();
      expect(raw).toEqual(fixture.name === 'sqlite' ? at.toISOString() : at);
    }));

  test('relations are saved and loaded in the session’s transaction', () =>
    runInScope(async () => {
      const message = new Message(await users.save(user('a')), 'x');
      message.tags = [await dataSource.getRepository(Tag).save(new Tag('t'))];
      await messages.save(message);
      const found = await messages.findOneOrFail({
        where: { id: message.id },
        relations: { user: true, tags: true },
      });
      expect([found.user.name, found.tags]).toEqual(['a', [{ id: expect.any(Number), name: 't' }]]);
      expect(found.user).toBeInstanceOf(User);
    }));

  describe('sessionManager', () => {
    test('saves without a savepoint and allows a pessimistic lock', () =>
      runInScope(async () => {
        await sessionManager(dataSource, fixture.Session()).save(user('a'));
        await sessionManager(dataSource, fixture.Session()).save(user('b'));
        if (fixture.name !== 'sqlite') {
          const locked = sessionManager(dataSource, fixture.Session()).findOne(User, {
            where: { name: 'a' },
            lock: { mode: 'pessimistic_write' },
          });
          expect((await locked)?.name).toBe('a');
        }
        await fixture.Session.commit();
        expect(control()).toEqual(['BEGIN', 'COMMIT']);
        expect(await stored()).toEqual(['a', 'b']);
      }));

    test('nests its own transactions, and is a new one after commit', () =>
      runInScope(async () => {
        const { Session } = fixture;
        const manager = sessionManager(dataSource, Session());
        expect(sessionManager(dataSource, Session())).toBe(manager);
        await manager.save(user('a'));
        const failing = manager.transaction(async (inner) => {
          await inner.save(user('b'));
          throw new Error('changed my mind');
        });
        await expect(failing).rejects.toThrow('changed my mind');
        await Session.commit();
        expect(sessionManager(dataSource, Session())).not.toBe(manager);
        expect(await stored()).toEqual(['a']);
      }));
  });
});

/** Objects of mapped classes in a session. */
import { runInScope, translateError } from '@quartet/db-core';
import { bindTypeorm, createAll, sessionManager } from '@quartet/db-typeorm';
import type { DataSource, Repository } from 'typeorm';
import { Not } from 'typeorm';
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

  test('a first save() costs no savepoint: its transaction is the session’s', () =>
    runInScope(async () => {
      await users.save(user('a'));
      await fixture.Session.commit();
      expect(control()).toEqual(['BEGIN', 'COMMIT']);
    }));

  test('what its own save() has stored is no change that was forgotten', () =>
    runInScope(async () => {
      const onUnsavedChange = jest.fn();
      const Session = fixture.Session({ onUnsavedChange });
      await users.save(user('a'));
      const found = await Session.query(User).one();
      found.name = 'b';
      await users.save(found);
      await Session.commit();
      expect(await stored()).toEqual(['b']);
      expect(onUnsavedChange).not.toHaveBeenCalled();
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

  test('what TypeORM has removed is not saved again by the commit', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const [gone, changed] = [user('gone'), user('a')];
      Session.addAll([gone, changed]);
      await Session.flush();
      await users.remove(gone);
      changed.name = 'b';
      await users.save(changed);
      expect(Session.new).toEqual([]);
      await Session.commit();
      expect(await stored()).toEqual(['b']);
    }));

  test('alternatives are combined with other conditions', () =>
    runInScope(async () => {
      const { Session } = fixture;
      Session.addAll(['a', 'b', 'c'].map(user));
      const query = Session.query(User).filter([{ name: 'a' }, { name: 'b' }]);
      expect(await query.filter({ name: Not('b') }).one()).toMatchObject({ name: 'a' });
    }));

  test('instants are compared by a query builder too', () =>
    runInScope(async () => {
      const at = new Date('2024-05-06T07:08:09.123Z');
      const author = await users.save(user('a'));
      await messages.save(Object.assign(new Message(author, 'old'), { createdAt: at }));
      const built = messages.createQueryBuilder('m').where('m.createdAt <= :at', { at });
      expect(await built.getCount()).toBe(1);
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

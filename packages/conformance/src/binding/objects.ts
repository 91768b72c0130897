/** Objects of mapped classes in a session. */
import {
  ArgumentError,
  IntegrityError,
  NoResultFound,
  retryable,
  runInScope,
  translateError,
} from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import type { UnsavedChange } from '@quartet/db-core';
import type { Item, Named } from './binding';
import type { Fixture } from './fixture';
import type { Subject } from './binding';

export function describeObjects(fixture: Fixture, subject: Subject): void {
  const user = (name: string): Named => subject.bound.user(name, `${name}@x`);
  const stored = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select name from users order by name')).scalars();

  test('are saved at flush, those that others refer to first, and get their keys', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { bound, binding } = subject;
      const author = user('a');
      if (!binding.relations) {
        Session.add(author);
        await Session.flush();
      }
      const message = bound.message(author, { body: 'hello' });
      Session.addAll([message, author]);
      expect(Session.new).toHaveLength(binding.relations ? 2 : 1);
      await Session.flush();
      expect([author.id, message.id]).toEqual([expect.any(Number), expect.any(Number)]);
      const found = await Session.query(bound.Message).one();
      expect(found.userId).toBe(author.id);
      expect(Math.abs(Date.now() - found.createdAt.getTime())).toBeLessThan(60_000);
      expect(Session.new).toEqual([]);
      await Session.commit();
      expect(await stored()).toEqual(['a']);
      expect(fixture.log.filter((line) => /^(?:BEGIN|COMMIT|SAVEPOINT)/.test(line))).toEqual([
        'BEGIN',
        'COMMIT',
      ]);
    }));

  test('are updated in the columns that have changed, and not otherwise', () =>
    runInScope(async () => {
      const { Session } = fixture;
      await subject.bound.insertUser('a', 'a@x');
      const found = await Session.query(subject.bound.User).filterBy({ name: 'a' }).one();
      Session.add(found);
      expect(Session.dirty).toEqual([]);
      found.name = 'b';
      expect(Session.dirty).toEqual([found]);
      await Session.commit();
      const updates = fixture.log.filter((sql) => /^update/i.test(sql));
      expect(updates).toEqual([expect.not.stringContaining('email')]);
      expect(await stored()).toEqual(['b']);
    }));

  test('that were changed and never added are told of at commit, each with what differs', () =>
    runInScope(async () => {
      const changes: UnsavedChange[] = [];
      const Session = fixture.Session({ onUnsavedChange: (change) => changes.push(change) });
      const { User } = subject.bound;
      const reported = async (): Promise<unknown[]> => {
        await Session.commit();
        return changes.splice(0).map(({ name, key, properties }) => [name, key, properties]);
      };
      for (const name of ['a', 'b', 'c', 'd']) await subject.bound.insertUser(name, `${name}@x`);
      const [a, b, c, d] = (await Session.query(User).orderBy('name').all()) as [
        Named,
        Named,
        Named,
        Named,
      ];
      expect(await reported()).toEqual([]);

      a.name = 'a2';
      b.name = 'b2';
      c.name = 'c2';
      Session.add(b);
      Session.expunge(c);
      Session.delete(d);
      expect(await reported()).toEqual([['User', { id: a.id }, ['name']]]);
      expect(await stored()).toEqual(['a', 'b2', 'c']);

      b.email = 'b2@x'; // stored by the commit before, which it was added for
      Session.add(a);
      expect(await reported()).toEqual([['User', { id: b.id }, ['email']]]);
      expect(await stored()).toEqual(['a2', 'b2', 'c']);
    }));

  test('are not stored where what is told of them throws', () =>
    runInScope(async () => {
      const refuse = ({ name }: UnsavedChange): never => {
        throw new Error(`${name} was forgotten.`);
      };
      const Session = fixture.Session({ onUnsavedChange: refuse });
      await subject.bound.insertUser('a', 'a@x');
      const found = await Session.query(subject.bound.User).one();
      found.name = 'b';
      await expect(Session.commit()).rejects.toThrow('User was forgotten.');
      await Session.rollback();
      expect(await stored()).toEqual([]);
    }));

  test('share one transaction with the library’s own calls', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { bound } = subject;
      Session.add(user('a'));
      await Session.flush();
      await bound.insertUser('b', 'b@x');
      await Session.rollback();
      await bound.insertUser('c', 'c@x');
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
      const direct = await subject.bound.insertUser('a', 'z@x').catch(translateError);
      expect(direct).toMatchObject({ kind: 'unique' });
      await Session.rollback();
      Session.add(user('b'));
      await Session.commit();
      expect(await stored()).toEqual(['a', 'b']);
    }));

  test('are found by key, by properties and by conditions of the library', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { User, above } = subject.bound;
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
      expect(await names(query.filter(above('a')).filterBy({ email: 'c@x' }))).toEqual(['c']);
      expect(await query.filter(above('a')).count()).toBe(2);
      expect(await query.filterBy({ name: null }).first()).toBeUndefined();
      await expect(query.filterBy({ name: 'nobody' }).one()).rejects.toThrow(NoResultFound);
    }));

  test('a text that is no key finds nothing, and one that is finds its row', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { User } = subject.bound;
      const one = user('a');
      Session.add(one);
      await Session.commit();
      expect((await Session.get(User, String(one.id)))?.name).toBe('a');
      for (const id of ['abc', `${one.id}abc`, '1.5', '', ' ', '99999999999', '9'.repeat(30)])
        await expect(Session.query(User).getOr404(id)).rejects.toMatchObject({
          status: 404,
          what: 'User',
        });
      await expect(Session.get(User, [one.id, 2])).rejects.toThrow(/takes 1 values, not 2/);
      expect(await Session.query(User).count()).toBe(1); // the transaction goes on
    }));

  test.each<unknown>([{ id: 1 }, {}, true, new Date(0), () => 1, Symbol('id'), [{ id: 1 }], [[1]]])(
    'what is no key is refused: %p',
    (id) =>
      runInScope(async () => {
        const { User } = subject.bound;
        const query = fixture.Session.query(User);
        const refused = /key of User .*takes text or a number for id/;
        await expect(fixture.Session.get(User, id as never)).rejects.toThrow(refused);
        await expect(query.getOr404(id as never)).rejects.toThrow(refused);
      }),
  );

  test('no value is the key of no row', () =>
    runInScope(async () => {
      const { User } = subject.bound;
      for (const id of [null, undefined])
        expect(await fixture.Session.get(User, id as never)).toBeUndefined();
    }));

  test('are read with those that their relations lead to, by as many statements for many as for one', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { bound, binding } = subject;
      const messages = () => Session.query(bound.Message).with('user').orderBy('id');
      if (!binding.relations) return expect(messages).toThrow(/no relation 'user'.*none that with/);
      const authors = ['a', 'b'].map(user);
      const bodies = ['1', '2', '3', '4'];
      Session.addAll(authors);
      Session.addAll(bodies.map((body, i) => bound.message(authors[i % 2] as Named, { body })));
      await Session.commit();

      const reading = async (count: number): Promise<[unknown[], number]> => {
        fixture.log.length = 0;
        const found = (await messages().limit(count).all()) as (Item & { user: Named })[];
        const selects = fixture.log.filter((sql) => /^select/i.test(sql));
        return [found.map(({ body, user: { name } }) => [body, name]), selects.length];
      };
      const [one, statementsForOne] = await reading(1);
      const [all, statementsForAll] = await reading(4);
      expect(one).toEqual([['1', 'a']]);
      expect(all).toEqual([
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'a'],
        ['4', 'b'],
      ]);
      expect(statementsForAll).toBe(statementsForOne);
      const byName = await messages().filterBy({ body: '2' }).one();
      expect((byName as Item & { user: Named }).user.name).toBe('b');
      expect(await messages().count()).toBe(4);
      expect(() => messages().with('author')).toThrow(
        /no relation 'author'. Its relations: .*user/,
      );
      expect(() => messages().with('user.nothing')).toThrow(/User has no relation 'nothing'/);
      await expect(messages().delete()).rejects.toThrow('with and withForUpdate cannot');
      return undefined;
    }));

  test('that are locked when they are read lose no update, side by side', async () => {
    const { bound } = subject;
    const { Session } = fixture;
    const users = () => Session.query(bound.User).filterBy({ name: 'a' });
    await runInScope(async () => {
      await bound.insertUser('a', '0@x');
      await Session.commit();
    });
    const increment = (): Promise<void> =>
      runInScope(async () => {
        const found = await users().withForUpdate().one();
        await new Promise(setImmediate);
        found.email = `${Number.parseInt(found.email) + 1}@x`;
        Session.add(found);
        await Session.commit();
      });
    await Promise.all(Array.from({ length: 8 }, increment));
    await runInScope(async () => {
      expect((await users().one()).email).toBe('8@x');
      const [shared] = await users().withForUpdate({ read: true }).all();
      expect(shared?.email).toBe('8@x');
      expect(await users().withForUpdate().count()).toBe(1);
      await expect(users().withForUpdate().delete()).rejects.toThrow('withForUpdate cannot');
      if (subject.binding.relations)
        await expect(
          Session.query(bound.Message).with('user').withForUpdate().all(),
        ).rejects.toThrow('rows of one table');
      expect(() => users().withForUpdate({ share: true } as never)).toThrow(/Unknown option/);
    });
  });

  test('are got, or created where there is none, once for several who ask at the same time', async () => {
    const { bound } = subject;
    const { Session } = fixture;
    const get = (name: string, email = `${name}@x`) =>
      Session.getOrCreate(bound.User, { name }, { email });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        runInScope(() =>
          // Where several insert one key at once InnoDB may find a deadlock, which undoes the whole of a transaction.
          retryable(Session, async () => {
            await Session.query(bound.User).count(); // a snapshot of the time before, where there are such
            const [found, created] = await get('a');
            return [found.id, found.email, created] as const;
          }),
        ),
      ),
    );
    const [[id] = []] = answers;
    expect(answers.filter(([, , created]) => created)).toHaveLength(1);
    expect(new Set(answers.map(([each, email]) => `${each} ${email}`))).toEqual(
      new Set([`${id} a@x`]),
    );

    await runInScope(async () => {
      Session.add(user('kept'));
      const [found, created] = await get('a', 'other@x');
      expect([found.id, found.email, created]).toEqual([id, 'a@x', false]);
      const taken = await get('b', 'a@x').catch((reason: unknown) => reason);
      expect(taken).toBeInstanceOf(IntegrityError);
      const [made] = await get('c');
      expect(made).toBeInstanceOf(bound.User);
      made.email = 'c2@x'; // it was added
      await Session.commit();
      expect(await stored()).toEqual(['a', 'c', 'kept']);
      expect((await Session.query(bound.User).filterBy({ name: 'c' }).one()).email).toBe('c2@x');
      await expect(Session.getOrCreate(bound.User, {})).rejects.toThrow(/unique constraint/);
      await expect(Session.getOrCreate(bound.User, { name: null })).rejects.toThrow(ArgumentError);
    });
  });

  test('are changed by an upsert, or created where there is none, once for several who ask at the same time', async () => {
    const { bound } = subject;
    const { Session } = fixture;
    const set = (name: string, email: string) => Session.upsert(bound.User, { name }, { email });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        runInScope(() =>
          retryable(Session, async () => {
            await Session.query(bound.User).count(); // a snapshot of the time before, where there are such
            const [found, created] = await set('a', `${i}@x`);
            expect([found.name, found.email]).toEqual(['a', `${i}@x`]);
            return [found.id, created] as const;
          }),
        ),
      ),
    );
    expect(answers.filter(([, created]) => created)).toHaveLength(1);
    expect(new Set(answers.map(([id]) => id)).size).toBe(1);
    expect(await stored()).toEqual(['a']);

    await runInScope(async () => {
      Session.add(user('kept'));
      await expect(set('b', 'kept@x')).rejects.toThrow(IntegrityError); // taken by another row
      await expect(set('a', 'kept@x')).rejects.toThrow(IntegrityError);
      await Session.rollback();
      const [found, created] = await Session.upsert(bound.User, { name: 'a' }, {});
      expect([found.name, created]).toEqual(['a', false]);
      await expect(Session.upsert(bound.User, {}, { email: 'e@x' })).rejects.toThrow(
        /unique constraint/,
      );
      const twice = Session.upsert(bound.User, { name: 'a' }, { name: 'b' });
      await expect(twice).rejects.toThrow(/finds the row by 'name', so it cannot set it/);
    });
  });

  test.each(['0@x', '1@x'])(
    'an upsert of %s is what is stored and given, whatever another has written since this transaction read',
    async (email) => {
      const { bound } = subject;
      const { Session, engine } = fixture;
      await runInScope(async () => {
        await bound.insertUser('a', '0@x');
        await Session.commit();
        await Session.query(bound.User).one(); // begins the transaction, where a read does
        await engine.execute("update users set email = '1@x'");
        const [found, created] = await Session.upsert(bound.User, { name: 'a' }, { email });
        expect([found.email, created]).toEqual([email, false]);
        await Session.commit();
        expect((await Session.query(bound.User).one()).email).toBe(email);
      });
    },
  );

  test('a lock holds until the transaction ends, for changes of others as well', async () => {
    const { bound } = subject;
    const { Session } = fixture;
    const order: string[] = [];
    await runInScope(async () => {
      await bound.insertUser('a', '0@x');
      await Session.commit();
      await Session.query(bound.User).withForUpdate().one();
      const other = runInScope(async () => {
        await Session.execute("update users set email = '1@x'");
        order.push('the other');
        await Session.commit();
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push('the lock');
      await Session.rollback();
      await other;
    });
    expect(order).toEqual(['the lock', 'the other']);
  });

  test('are deleted and refreshed', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const one = user('a');
      Session.add(one);
      await Session.commit();
      await subject.bound.renameUser(one.id, 'b');
      await Session.refresh(one);
      expect(one.name).toBe('b');
      Session.delete(one);
      await Session.flush();
      expect(await stored()).toEqual(['a']);
      if (!subject.binding.relations)
        await expect(Session.refresh(one)).rejects.toThrow(NoResultFound);
      await Session.commit();
      expect(await stored()).toEqual([]);
    }));

  test('instants are set by the database, read as Date, and compared as such', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { bound } = subject;
      const author = user('a');
      Session.add(author);
      await Session.flush();
      const at = new Date('2024-05-06T07:08:09.123Z');
      const old = bound.message(author, { body: 'old', createdAt: at });
      const now = bound.message(author, { body: 'now' });
      Session.addAll([old, now]);
      await Session.flush();
      await Session.execute('insert into messages (user_id, body) values (:id, :body)', {
        id: author.id,
        body: 'by hand',
      });
      const byHand = await Session.query(bound.Message).filterBy({ body: 'by hand' }).one();
      for (const { createdAt } of [now, byHand])
        expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(60_000);
      expect((await Session.get(bound.Message, old.id))?.createdAt).toEqual(at);
      expect(await Session.query(bound.Message).filterBy({ createdAt: at }).count()).toBe(1);
      expect(await bound.countMessages(at)).toBe(1);
      expect(await bound.countMessages(new Date(at.getTime() - 1))).toBe(0);
      const raw = await Session.execute('select created_at from messages where id = :id', {
        id: old.id,
      });
      expect(raw.scalar()).toEqual(fixture.name === 'sqlite' ? at.toISOString() : at);
    }));

  test('a value that is changed in place is stored, in the transaction of the flush and in the next', () =>
    runInScope(async () => {
      const { Session } = fixture;
      const { bound } = subject;
      const author = user('a');
      Session.add(author);
      await Session.flush();
      const at = new Date('2024-05-06T07:08:09.123Z');
      const message = bound.message(author, { body: 'x', createdAt: at });
      const yearStored = async (): Promise<number | undefined> =>
        (await Session.get(bound.Message, message.id))?.createdAt.getUTCFullYear();
      Session.add(message);
      await Session.flush();
      expect(Session.dirty).toEqual([]);
      message.createdAt.setUTCFullYear(2029);
      author.name = 'b';
      expect(new Set(Session.dirty)).toEqual(new Set([author, message]));
      await Session.commit();
      expect([await yearStored(), await stored()]).toEqual([2029, ['b']]);
      message.createdAt.setUTCFullYear(2030);
      await Session.commit();
      expect(await yearStored()).toBe(2029); // known until the transaction ends
      Session.add(message);
      expect(Session.dirty).toEqual([message]);
      await Session.commit();
      expect(await yearStored()).toBe(2030);
    }));

  test('a class property starts a query', () =>
    runInScope(async () => {
      const { bound } = subject;
      const Queried = class extends (bound.User as new () => Named) {
        declare static query: Query<Named>;
      };
      Object.defineProperty(Queried, 'query', fixture.Session.queryProperty());
      await bound.insertUser('a', 'a@x');
      expect((await Queried.query.filterBy({ name: 'a' }).one()).email).toBe('a@x');
    }));
}

/** Locks and getOrCreate for a mapper that has only what it must have, and when a transaction that may write begins. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import { InvalidRequestError, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { Item, mapItems } from './item';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  const hasRowLocks = fixture.name !== 'sqlite';
  let engine: Engine;
  let Session: ScopedSession;
  beforeEach(async () => {
    engine = fixture.another({ begin: 'on-first-write' });
    Session = scopedSession(sessionmaker({ bind: engine }));
    mapItems(engine, Session);
    await engine.execute("insert into items (name, n) values ('a', 0)");
  });

  test('a mapper that does not lock rows is refused where there are row locks', () =>
    runInScope(async () => {
      const lock = () => Session.query(Item).withForUpdate();
      if (hasRowLocks) {
        expect(lock).toThrow(InvalidRequestError);
        expect(lock).toThrow('The binding of Item cannot lock rows');
        expect(Session.inTransaction()).toBe(false);
      } else {
        await lock().one();
        expect(Session.inTransaction()).toBe(true);
        expect(engine.status().inUse).toBe(1);
        await Session.release(); // it has only read
        expect(engine.status().inUse).toBe(0);
      }
    }));

  test('getOrCreate makes an object of the class, and finds it', () =>
    runInScope(async () => {
      const [made, created] = await Session.getOrCreate(Item, { name: 'b' }, { n: 2 });
      expect(made).toBeInstanceOf(Item);
      expect([made.name, made.n, created]).toEqual(['b', 2, true]);
      await Session.commit();
      const [found, again] = await Session.getOrCreate(Item, { name: 'b' }, { n: 3 });
      expect([found.id, found.n, again]).toEqual([made.id, 2, false]);
    }));

  test('beginWrite() begins once, also behind a read, and not where statements commit by themselves', async () => {
    const begun = jest.fn();
    engine.on('begin', begun);
    await runInScope(async () => {
      await Session.execute('select name from items');
      await Session.beginWrite();
      await Session.beginWrite();
      await Session.execute("update items set name = 'c'");
      expect(begun).toHaveBeenCalledTimes(1);
      await Session.rollback();
      await Session.beginNested(async () => {
        await Session.beginWrite();
        await Session.execute("update items set name = 'd'");
      });
      await Session.commit();
      expect(begun).toHaveBeenCalledTimes(2);
    });
    expect(await fixture.names()).toEqual(['d']);
    await runInScope(async () => {
      Session({ autocommit: true });
      await Session.beginWrite();
      expect(Session.inTransaction()).toBe(false);
    });
    expect(begun).toHaveBeenCalledTimes(2);
  });

  test('in a transaction that has read, beginWrite() takes the turn of the writer', async () => {
    if (hasRowLocks) return;
    const order: string[] = [];
    const one = runInScope(async () => {
      Session({ begin: 'on-first-statement' });
      await Session.execute('select name from items');
      await Session.beginWrite();
      const two = runInScope(async () => {
        await Session.execute("update items set name = 'e'");
        order.push('the other');
        await Session.commit();
      });
      await new Promise(setImmediate);
      order.push('the first');
      await Session.rollback();
      await two;
    });
    await one;
    expect(order).toEqual(['the first', 'the other']);
  });
});

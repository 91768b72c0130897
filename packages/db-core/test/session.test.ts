import type { ScopedSession } from '@quartet/db-core';
import {
  IntegrityError,
  InvalidRequestError,
  MultipleResultsFound,
  NoResultFound,
  PendingRollbackError,
  runInScope,
  scopedSession,
  sessionmaker,
  UnboundSessionError,
  UnmappedError,
} from '@quartet/db-core';
import { Item, mapItems, Part } from './item';
import { deferred, onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  let log: string[];
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    mapItems(fixture.engine, Session, (log = []));
  });

  describe('the unit of work', () => {
    test('add and commit save the object and set its key', async () => {
      const item = new Item('a');
      await runInScope(async () => {
        Session.add(item);
        expect(Session.new).toEqual([item]);
        expect(item.id).toBeUndefined();
        await Session.commit();
        expect(Session.new).toEqual([]);
      });
      expect(item.id).toEqual(expect.any(Number));
      expect(await fixture.names()).toEqual(['a']);
    });

    test('what was added and never committed is not saved', async () => {
      await runInScope(() => Session.add(new Item('a')));
      await runInScope(async () => {
        Session.add(new Item('b'));
        await Session.flush();
      });
      expect(await fixture.names()).toEqual([]);
    });

    test('an object with a row is updated, and dirty only when it differs', async () => {
      await runInScope(async () => {
        Session.add(new Item('a'));
        await Session.commit();
        const item = await Session.query(Item).filterBy({ name: 'a' }).one();
        Session.add(item);
        expect(Session.dirty).toEqual([]);
        item.name = 'b';
        expect(Session.dirty).toEqual([item]);
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['b']);
    });

    test('an object that is changed after its flush is saved by the next flush or commit', async () => {
      const [flushed, committed] = [new Item('a'), new Item('b')];
      const [left, undone] = [new Item('c'), new Item('d')];
      await runInScope(async () => {
        Session.addAll([flushed, committed, left]);
        await Session.flush();
        expect(Session.dirty).toEqual([]);
        flushed.n = 1;
        expect(Session.dirty).toEqual([flushed]);
        await Session.flush();
        expect(Session.dirty).toEqual([]);
        const failing = Session.beginNested(async () => {
          Session.add(undone);
          await Session.flush();
          throw new Error('on purpose');
        });
        await expect(failing).rejects.toThrow('on purpose');
        Session.expunge(left);
        for (const item of [committed, left, undone]) item.n = 2;
        expect(Session.dirty).toEqual([committed]);
        await Session.commit();
        flushed.n = 3;
        expect([Session.dirty, Session.hasUncommittedWrites]).toEqual([[], false]);
        await Session.commit();
      });
      const rows = await fixture.engine.execute('select name, n from items order by name');
      expect(rows.all().map(({ name, n }) => [name, n])).toEqual([
        ['a', 1],
        ['b', 2],
        ['c', null],
      ]);
      expect(log).toEqual(['a', 'b', 'c', 'a', 'd', 'b'].map((name) => `save ${name}`));
    });

    test('of more than 500 objects, what has changed is saved by commit()', async () => {
      const items = Array.from({ length: 501 }, (_, i) => new Item(`n${i}`));
      await runInScope(async () => {
        Session.addAll(items);
        await Session.flush();
        for (const item of items.slice(0, 2)) item.n = 1;
        await Session.flush();
        expect(Session.dirty).toHaveLength(2);
        await Session.commit();
      });
      const count = await fixture.engine.execute('select count(*) from items where n = 1');
      expect(Number(count.scalar())).toBe(2);
    });

    test('what a nested transaction changes of an object from outside is saved in it', async () => {
      const item = new Item('a');
      await runInScope(async () => {
        Session.add(item);
        await Session.flush();
        const failing = Session.beginNested(async () => {
          item.n = 1;
          await Session.flush();
          throw new Error('on purpose');
        });
        await expect(failing).rejects.toThrow('on purpose');
        expect((await Session.execute('select n from items')).scalar()).toBeNull();
        item.n = 2;
        await Session.commit();
      });
      expect((await fixture.engine.execute('select n from items')).scalar()).toBe(2);
    });

    test('objects that others depend on are saved first and deleted last', async () => {
      const [a, b] = [new Item('a'), new Item('b')];
      const parts = [new Part(b), new Part(a)];
      await runInScope(async () => {
        Session.addAll([...parts, a, b]);
        await Session.commit();
        for (const object of [a, ...parts]) Session.delete(object);
        expect(Session.deleted).toEqual([a, ...parts]);
        await Session.commit();
      });
      expect(log).toEqual([
        'save a',
        'save b',
        'save part of b in time',
        'save part of a in time',
        'delete part of a',
        'delete part of b',
        'delete a',
      ]);
      expect(await fixture.names()).toEqual(['b']);
    });

    test('delete of an object without a row is refused; expunge takes an object out', async () => {
      await runInScope(async () => {
        const item = new Item('a');
        expect(() => Session.delete(item)).toThrow(InvalidRequestError);
        Session.add(item);
        Session.expunge(item);
        await Session.commit();
      });
      expect(await fixture.names()).toEqual([]);
    });

    test('a class that no binding knows is refused by name', async () => {
      class Stranger {}
      await runInScope(() => {
        expect(() => Session.add(new Stranger())).toThrow("Class 'Stranger' is not mapped");
        expect(() => Session.query(Stranger)).toThrow(UnmappedError);
      });
    });

    test('a failed flush rolls everything back and refuses to go on until rollback()', async () => {
      await runInScope(async () => {
        await Session.execute("insert into items (name) values ('first')");
        Session.addAll([new Item('a'), new Item('a')]);
        await expect(Session.commit()).rejects.toThrow(IntegrityError);
        await expect(Session.execute('select 1')).rejects.toThrow(PendingRollbackError);
        expect(fixture.engine.status().inUse).toBe(0);
        await Session.rollback();
        Session.add(new Item('b'));
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['b']);
    });

    test('rollback forgets pending objects', async () => {
      await runInScope(async () => {
        Session.add(new Item('a'));
        await Session.rollback();
        await Session.commit();
      });
      expect(await fixture.names()).toEqual([]);
    });

    test('reading flushes first, unless autoflush is off', async () => {
      await runInScope(async () => {
        Session.add(new Item('a'));
        expect(await Session.query(Item).count()).toBe(1);
        await Session.rollback();
      });
      Session.configure({ autoflush: false });
      await runInScope(async () => {
        Session.add(new Item('a'));
        expect(await Session.query(Item).count()).toBe(0);
      });
    });
  });

  describe('a query', () => {
    beforeEach(() =>
      runInScope(async () => {
        Session.addAll([new Item('a', 1), new Item('b', 2), new Item('c', 2)]);
        await Session.commit();
      }),
    );
    const query = () => Session.query(Item);

    test('narrows, sorts and cuts, and never changes itself', async () => {
      await runInScope(async () => {
        const all = query();
        const sorted = all.orderBy('-n', 'name');
        expect((await sorted.all()).map((item) => item.name)).toEqual(['b', 'c', 'a']);
        expect((await sorted.limit(1).offset(1).all()).map((item) => item.name)).toEqual(['c']);
        expect(await all.filterBy({ n: 2 }).filterBy({ name: 'c' }).first()).toMatchObject({
          name: 'c',
        });
        expect(await all.all()).toHaveLength(3);
        expect(await all.count()).toBe(3);
        expect(await all.filterBy({ name: 'x' }).first()).toBeUndefined();
      });
    });

    test('one() wants exactly one, oneOrNone() at most one', async () => {
      await runInScope(async () => {
        expect(await query().filterBy({ name: 'a' }).one()).toBeInstanceOf(Item);
        await expect(query().filterBy({ name: 'x' }).one()).rejects.toThrow(NoResultFound);
        await expect(query().filterBy({ n: 2 }).one()).rejects.toThrow(MultipleResultsFound);
        expect(await query().filterBy({ name: 'x' }).oneOrNone()).toBeUndefined();
      });
    });

    test('get() and refresh() read by primary key', async () => {
      await runInScope(async () => {
        const a = await query().filterBy({ name: 'a' }).one();
        expect(await Session.get(Item, a.id as number)).toEqual(a);
        a.name = 'changed';
        await Session.refresh(a);
        expect(a.name).toBe('a');
      });
    });

    test('limit and offset take whole numbers from 0', () =>
      runInScope(() => {
        expect(() => query().limit(-1)).toThrow('limit must be a whole number');
        expect(() => query().offset(1.5)).toThrow('offset must be a whole number');
      }));
  });

  describe('transactions', () => {
    test('begin(fn) commits what resolves and rolls back what rejects', async () => {
      await runInScope(async () => {
        await Session.begin(() => Session.execute("insert into items (name) values ('a')"));
        const failure = Session.begin(async () => {
          await Session.execute("insert into items (name) values ('b')");
          throw new Error('no');
        });
        await expect(failure).rejects.toThrow('no');
        expect(Session.inTransaction()).toBe(false);
      });
      expect(await fixture.names()).toEqual(['a']);
    });

    test('beginNested(fn) undoes its own part, pending objects included', async () => {
      await runInScope(async () => {
        Session.add(new Item('outer'));
        const failure = Session.beginNested(async () => {
          Session.add(new Item('inner'));
          await Session.flush();
          throw new Error('no');
        });
        await expect(failure).rejects.toThrow('no');
        await Session.beginNested(async () => Session.add(new Item('kept')));
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['kept', 'outer']);
    });

    test('a flush that fails inside beginNested(fn) undoes that part alone', async () => {
      await runInScope(async () => {
        Session.add(new Item('first'));
        for (const name of ['a', 'first', 'b']) {
          const nested = Session.beginNested(async () =>
            Session.addAll([new Item(`${name}2`), new Item(name)]),
          );
          if (name === 'first') await expect(nested).rejects.toThrow(IntegrityError);
          else await nested;
        }
        expect(await Session.query(Item).filterBy({ name: 'b' }).count()).toBe(5);
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['a', 'a2', 'b', 'b2', 'first']);
    });

    test('a failed flush that fn has caught undoes beginNested(fn) all the same', async () => {
      await runInScope(async () => {
        Session.add(new Item('first'));
        const nested = Session.beginNested(async () => {
          Session.addAll([new Item('half'), new Item('first')]);
          await Session.flush().catch(() => undefined);
        });
        await expect(nested).rejects.toThrow(IntegrityError);
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['first']);
    });

    test('what was added in a beginNested(fn) that fails is forgotten', async () => {
      await runInScope(async () => {
        const nested = Session.beginNested(async () => {
          Session.add(new Item('inner'));
          throw new Error('no');
        });
        await expect(nested).rejects.toThrow('no');
        await Session.commit();
      });
      expect(await fixture.names()).toEqual([]);
    });

    test.each([true, false])(
      'of two side by side, each keeps what was added in it (beside a flush: %s)',
      async (flushes) => {
        const [added, failed] = [deferred(), deferred()];
        const kept = new Item('kept');
        await runInScope(async () => {
          await Session.execute("insert into items (name) values ('first')");
          const b = Session.beginNested(async () => {
            await added.promise;
            expect(Session.new).toEqual([kept]);
            if (flushes) Session.add(new Item('first'));
            await Session.query(Item).count(); // flushes, but not what was added beside it
            throw new Error('b fails');
          });
          const a = Session.beginNested(async () => {
            await Session.query(Item).count();
            Session.add(kept);
            added.resolve();
            await failed.promise;
          });
          await expect(b).rejects.toThrow(flushes ? IntegrityError : 'b fails');
          failed.resolve();
          await a;
          await Session.commit();
        });
        expect(await fixture.names()).toEqual(['first', 'kept']);
      },
    );

    test('what a beginNested(fn) that has failed has not awaited is refused', async () => {
      const go = deferred();
      await runInScope(async () => {
        let late: Promise<unknown>[] = [];
        const nested = Session.beginNested(() => {
          const afterwards = <T>(call: () => T): Promise<T> => go.promise.then(call);
          late = [
            afterwards(() => Session.execute("insert into items (name) values ('late')")),
            afterwards(() => Session.add(new Item('added'))),
            afterwards(() => Session.beginNested(async () => undefined)),
          ];
          return Promise.reject(new Error('on purpose'));
        });
        await expect(nested).rejects.toThrow('on purpose');
        go.resolve();
        for (const each of late) await expect(each).rejects.toThrow('that this was called in');
        await Session.execute("insert into items (name) values ('kept')");
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['kept']);
    });

    test('hooks run once, at the real begin, commit or rollback', async () => {
      const ran: string[] = [];
      const hook = () => {
        Session.afterBegin(() => ran.push('begin'));
        Session.afterCommit(() => ran.push('commit'));
        Session.afterRollback(() => ran.push('rollback'));
      };
      await runInScope(async () => {
        hook();
        await Session.beginNested(async () => Session.add(new Item('a')));
        expect(ran).toEqual(['begin']);
        await Session.commit();
        expect(ran).toEqual(['begin', 'commit']);
        await Session.commit();
        await Session.rollback();
        expect(ran).toEqual(['begin', 'commit']);
        hook();
        await Session.execute('select name from items');
      });
      expect(ran.slice(2).filter((name) => name !== 'begin')).toEqual(['rollback']);
    });

    test('a promise of afterBegin that rejects fails commit() until rollback(), and ends no process', async () => {
      await runInScope(async () => {
        Session.afterBegin(() => Promise.reject(new Error('on purpose')));
        await Session.execute("insert into items (name) values ('a')");
        await expect(Session.commit()).rejects.toThrow('on purpose');
        await expect(Session.commit()).rejects.toThrow('on purpose');
        await Session.rollback();
        await Session.execute("insert into items (name) values ('kept')");
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['kept']);
    });

    test('commit() waits for what afterBegin writes', async () => {
      await runInScope(async () => {
        let isCommitted = false;
        fixture.engine.once('commit', () => (isCommitted = true));
        Session.afterBegin(async () => {
          // Long enough for a commit that would not wait.
          for (let turn = 0; turn < 2000 && !isCommitted; turn++) await new Promise(setImmediate);
          await Session.execute("insert into items (name) values ('of the hook')");
        });
        await Session.execute("insert into items (name) values ('a')");
        await Session.commit();
      });
      expect((await fixture.names()).toSorted()).toEqual(['a', 'of the hook']);
    });

    test('close() gives the connection back and the session may be used again', async () => {
      await runInScope(async () => {
        await Session.execute("insert into items (name) values ('a')");
        await Session.close();
        expect(fixture.engine.status().inUse).toBe(0);
        await Session.execute("insert into items (name) values ('b')");
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['b']);
    });
  });

  test('a session without an engine says how to give it one', async () => {
    const Unbound = scopedSession(sessionmaker());
    await runInScope(async () => {
      await expect(Unbound.execute('select 1')).rejects.toThrow(UnboundSessionError);
      await expect(Unbound.execute('select 1')).rejects.toThrow(
        'Session.configure({ bind: engine })',
      );
    });
    Unbound.configure({ bind: fixture.engine });
    await runInScope(async () => expect((await Unbound.execute('select 1')).scalar()).toBe(1));
  });
});

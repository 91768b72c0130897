import type { Engine } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import {
  createEngine,
  currentScope,
  NoActiveScopeError,
  outsideScope,
  runInScope,
  ScopeClosedError,
  scopedSession,
  Session as SessionClass,
  sessionmaker,
} from '@quartet/db-core';
import { currentConnection, mapClass, mapperOf } from '@quartet/db-core/binding';
import { Item, mapItems } from './item';
import { deferred } from './support';

let engine: Engine;
beforeEach(async () => {
  engine = createEngine('sqlite://');
  await engine.execute('create table items (id integer primary key, name text unique, n integer)');
});
afterEach(() => engine.dispose());

const registry = () => scopedSession(sessionmaker({ bind: engine }));

describe('the articles’ rules', () => {
  test('the session is the same within a scope', async () => {
    const Session = registry();
    await runInScope(async () => {
      const first = Session();
      await Session.execute('select 1');
      expect(Session()).toBe(first);
    });
  });

  test('the session is another one in the next scope, also when both overlap in time', async () => {
    const Session = registry();
    const bothOpen = deferred();
    let open = 0;
    const one = () =>
      runInScope(async () => {
        const session = Session();
        if (++open === 2) bothOpen.resolve();
        await bothOpen.promise;
        expect(Session()).toBe(session);
        return session;
      });
    const [a, b] = await Promise.all([one(), one()]);
    const c = await one();
    expect(new Set([a, b, c]).size).toBe(3);
  });

  test('the registry itself never changes: comparing it instead of the session proves nothing', async () => {
    const Session = registry();
    const [a, b] = [await runInScope(() => Session), await runInScope(() => Session)];
    expect(a).toBe(b);
    const [c, d] = [await runInScope(() => Session()), await runInScope(() => Session())];
    expect(c).not.toBe(d);
  });

  test('calls on the registry are calls on the session', async () => {
    const Session = registry();
    mapItems(engine, Session);
    await runInScope(async () => {
      Session.add(new Item('a'));
      expect(Session().new).toHaveLength(1);
      expect(Session.new).toEqual(Session().new);
    });
  });

  test('every public member of a session is reachable on the registry', async () => {
    const Session = registry();
    await runInScope(() => {
      const session = Session();
      const members = [
        ...Object.getOwnPropertyNames(SessionClass.prototype),
        ...Object.keys(session),
      ];
      expect(members.length).toBeGreaterThan(25);
      for (const name of members.filter((member) => member !== 'constructor')) {
        expect([name, name in Session]).toEqual([name, true]);
        const own: unknown = Reflect.get(Session, name);
        expect([name, typeof own]).toEqual([name, typeof Reflect.get(session, name)]);
      }
    });
  });

  test('remove() closes the session and forgets it; without one it does nothing', async () => {
    const Session = registry();
    await runInScope(async () => {
      await Session.remove();
      expect(Session.has()).toBe(false);
      const first = Session();
      await Session.execute("insert into items (name) values ('a')");
      await Session.remove();
      expect(engine.status().inUse).toBe(0);
      expect(Session()).not.toBe(first);
      expect((await Session.execute('select name from items')).all()).toEqual([]);
    });
  });

  test('a scope that is never asked for a session opens none and no connection', async () => {
    registry();
    await runInScope(() => Promise.resolve());
    expect(engine.status()).toMatchObject({ sessions: 0, checkouts: 1 }); // the one checkout made the table
  });

  test('options can only be given before the scope’s first session', async () => {
    const Session = registry();
    await runInScope(() => {
      Session({ autoflush: false });
      expect(() => Session({ autoflush: true })).toThrow('has a session already');
    });
  });

  test('registries on one engine share the session of a scope, whichever is used first', async () => {
    const [One, Other] = [registry(), registry()];
    mapItems(engine, Other);
    await runInScope(async () => {
      await One.execute("insert into items (name) values ('a')");
      expect(Other.has()).toBe(true);
      expect(() => Other({ begin: 'eager' })).toThrow('has a session already');
      Other.add(new Item('b'));
      expect(Other()).toBe(One());
      expect(currentScope()?.resources).toEqual([One()]);
      await Other.commit();
    });
    expect((await engine.execute('select name from items')).scalars()).toEqual(['a', 'b']);
    expect(engine.status()).toMatchObject({ sessions: 1, inUse: 0 });
  });

  test('registries on one engine share it also with libraries, and remove() removes it for all', async () => {
    const [One, Other] = [registry(), registry()];
    await runInScope(async () => {
      await currentConnection(engine)?.execute("insert into items (name) values ('a')");
      expect(Other.hasUncommittedWrites).toBe(true);
      const shared = One();
      await Other.remove();
      expect([One.has(), Other.has()]).toEqual([false, false]);
      expect(One()).not.toBe(shared);
    });
  });

  test('a registry that is bound elsewhere leaves the others of its former engine as they were', async () => {
    const elsewhere = createEngine('sqlite://');
    const [One, Other] = [registry(), registry()];
    One.configure({ bind: elsewhere });
    await runInScope(async () => {
      await currentConnection(engine)?.execute("insert into items (name) values ('a')");
      expect(Other.hasUncommittedWrites).toBe(true);
      expect(One.hasUncommittedWrites).toBe(false);
    });
    await elsewhere.dispose();
  });

  test('registries on different engines share nothing', async () => {
    const elsewhere = createEngine('sqlite://');
    const [One, Other] = [registry(), scopedSession(sessionmaker({ bind: elsewhere }))];
    await runInScope(() => expect(Other()).not.toBe(One()));
    await elsewhere.dispose();
  });

  test('User.query is a query of that class, in the scope it is read in', async () => {
    const Session = registry();
    mapItems(engine, Session);
    class Base {}
    Object.defineProperty(Base, 'query', Session.queryProperty());
    class Thing extends Base {}
    expect(() => (Thing as unknown as { query: unknown }).query).toThrow(NoActiveScopeError);
    mapClass(Thing, mapperOf(Item));
    await runInScope(async () => {
      Session.add(new Item('a'));
      expect(await (Thing as unknown as { query: Query<Item> }).query.count()).toBe(1);
    });
  });
});

describe('outside and after', () => {
  test('without a scope the error names the middleware and runInScope', () => {
    const Session = registry();
    expect(() => Session()).toThrow(NoActiveScopeError);
    expect(() => Session.new).toThrow(/Session\.new needs a session.*initApp\(app\).*runInScope/s);
  });

  test('awaiting or printing the registry opens nothing', async () => {
    const Session = registry();
    expect(await Session).toBe(Session);
    expect(engine.status().sessions).toBe(0);
  });

  test('work that outlives its scope is refused, whatever it holds', async () => {
    const Session = registry();
    const over = deferred();
    let late!: Promise<unknown>;
    await runInScope(async () => {
      const session = Session();
      await session.execute('select 1');
      late = over.promise.then(() =>
        Promise.allSettled([
          session.execute('select 1'),
          session.commit(),
          (async () => Session.execute('select 1'))(),
          (async () => currentConnection(engine)?.execute('select 1'))(),
        ]),
      );
    });
    over.resolve();
    for (const result of (await late) as PromiseSettledResult<unknown>[]) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(ScopeClosedError) });
    }
    expect(engine.status().inUse).toBe(0);
  });

  test('a scope inside a scope has a session of its own', async () => {
    const Session = registry();
    await runInScope(async () => {
      const outer = Session();
      await runInScope(() => expect(Session()).not.toBe(outer));
      expect(Session()).toBe(outer);
    });
  });

  test('outsideScope leaves the scope for the time of a call', async () => {
    await runInScope(async () => {
      await outsideScope(async () => expect(currentScope()).toBeUndefined());
      expect(currentScope()).toBeDefined();
    });
  });

  test('a lazy thenable returned from runInScope still runs inside it', async () => {
    const lazy = {
      then: (resolve: (inside: boolean) => void) => resolve(currentScope() !== undefined),
    };
    expect(await runInScope(() => lazy as unknown as Promise<boolean>)).toBe(true);
  });
});

describe('which session a library’s statement joins', () => {
  test('the scope’s, even when nobody has asked for it before', async () => {
    const Session = registry();
    await runInScope(async () => {
      await currentConnection(engine)?.execute("insert into items (name) values ('a')");
      expect(Session.hasUncommittedWrites).toBe(true);
      await Session.commit();
    });
    expect((await engine.execute('select name from items')).scalars()).toEqual(['a']);
  });

  test('none outside a scope, or where no session is bound to the engine', async () => {
    expect(currentConnection(engine)).toBeUndefined();
    await runInScope(() => expect(currentConnection(engine)).toBeUndefined());
  });

  test('inside session.run, that session’s, and the registry agrees', async () => {
    const Session = registry();
    await runInScope(async () => {
      const other = Session.factory();
      await other.run(async () => {
        expect(currentConnection(engine)).toBe(other.connection());
        expect(Session()).toBe(other);
      });
      expect(Session()).not.toBe(other);
      await other.close();
    });
  });

  test('with a scope function of the user’s own, the one it names', async () => {
    let key = 1;
    const Session = scopedSession(sessionmaker({ bind: engine }), { scopefunc: () => key });
    const first = Session();
    expect(currentConnection(engine)).toBe(first.connection());
    key = 2;
    expect(Session()).not.toBe(first);
    key = 1;
    expect(Session()).toBe(first);
    await Session.remove();
    expect(Session()).not.toBe(first);
  });
});

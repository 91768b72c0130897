/** A session is for one scope at a time, and over when that is. */
import {
  createEngine,
  InvalidRequestError,
  runInScope,
  ScopeClosedError,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import type { Session as SessionClass } from '@quartet/db-core';
import { Item, mapItems } from './item';
import { deferred } from './support';

const engine = createEngine('sqlite://');
const factory = sessionmaker({ bind: engine });
const Session = scopedSession(factory);
mapItems(engine, Session);
beforeAll(() =>
  engine.execute('create table items (id integer primary key, name text unique, n integer)'),
);
beforeEach(() => engine.execute('delete from items'));
afterEach(() => expect(engine.status().inUse).toBe(0));
afterAll(() => engine.dispose());
const names = async (): Promise<unknown[]> =>
  (await engine.execute('select name from items order by name')).scalars();

/** Everything that does something with a session, or is to do so later. */
const CALLS: Record<string, (session: SessionClass) => unknown> = {
  add: (session) => session.add(new Item('late')),
  addAll: (session) => session.addAll([new Item('late')]),
  delete: (session) => session.delete(new Item('late')),
  flush: (session) => session.flush(),
  commit: (session) => session.commit(),
  begin: (session) => session.begin(),
  'begin(fn)': (session) => session.begin(async () => undefined),
  beginNested: (session) => session.beginNested(async () => undefined),
  execute: (session) => session.execute("insert into items (name) values ('late')"),
  connection: (session) => session.connection(),
  get: (session) => session.get(Item, 1),
  query: (session) => session.query(Item).all(),
  refresh: (session) => session.refresh(new Item('late')),
  load: (session) => session.load(async () => 1),
  afterBegin: (session) => session.afterBegin(() => undefined),
  beforeCommit: (session) => session.beforeCommit(() => undefined),
  afterCommit: (session) => session.afterCommit(() => undefined),
  afterRollback: (session) => session.afterRollback(() => undefined),
};
const outcome = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return error;
  }
};

describe('a session that was removed', () => {
  test.each(Object.keys(CALLS))('refuses %s, after remove() and after its scope', async (name) => {
    const kept = await runInScope(async () => {
      const session = Session();
      await session.execute("insert into items (name) values ('undone')");
      await Session.remove();
      expect(await outcome(() => CALLS[name]?.(session))).toBeInstanceOf(ScopeClosedError);
      const next = Session();
      await next.execute("insert into items (name) values ('undone')");
      return next;
    });
    expect(await outcome(() => CALLS[name]?.(kept))).toBeInstanceOf(ScopeClosedError);
    expect(await names()).toEqual([]);
  });

  test('so do what it gave: its connection and its queries', async () => {
    await runInScope(async () => {
      const [connection, query] = [Session.connection(), Session.query(Item)];
      await connection.execute('select 1');
      await Session.remove();
      const insert = "insert into items (name) values ('late')";
      for (const call of [
        () => connection.execute(insert),
        () => connection.run(insert, [], (driver) => driver.execute(insert, [])),
        () => connection.begin(),
        () => connection.beginNested(async () => 1),
        () => query.all(),
        () => query.count(),
      ])
        expect(await outcome(call)).toBeInstanceOf(ScopeClosedError);
    });
    expect(await names()).toEqual([]);
  });
});

describe('one session in two scopes at once', () => {
  const TWO = /works for another scope.*scopedSession/s;

  test.each(Object.keys(CALLS))(
    '%s is refused in the second, and the first goes on',
    async (name) => {
      const forever = factory(); // in a variable of a module
      const [written, refused] = [deferred(), deferred()];
      const first = runInScope(async () => {
        await forever.execute("insert into items (name) values ('first')");
        written.resolve();
        await refused.promise;
        await forever.commit();
      });
      await written.promise;
      await runInScope(async () => {
        const error = await outcome(() => CALLS[name]?.(forever));
        expect(error).toBeInstanceOf(InvalidRequestError);
        expect(String(error)).toMatch(TWO);
        // What a handler does when it fails must not undo the other's work.
        expect(String(await outcome(() => forever.rollback()))).toMatch(TWO);
        expect(String(await outcome(() => forever.close()))).toMatch(TWO);
      });
      refused.resolve();
      await first;
      expect(await names()).toEqual(['first']);
    },
  );

  test('objects that are only added count as work', async () => {
    const forever = factory();
    await runInScope(async () => {
      forever.add(new Item('first'));
      await runInScope(async () => {
        expect(String(await outcome(() => forever.commit()))).toMatch(TWO);
      });
      await forever.commit();
    });
    expect(await names()).toEqual(['first']);
  });

  test('the session that a scope holds is refused to all others, also when nothing is under way', async () => {
    await runInScope(async () => {
      const session = Session();
      await runInScope(async () => {
        expect(String(await outcome(() => session.execute('select 1')))).toMatch(TWO);
      });
      await session.execute('select 1');
    });
  });

  test('one that a scope function gives to two requests', async () => {
    const One = scopedSession(sessionmaker({ bind: engine }), { scopefunc: () => 'the app' });
    await runInScope(async () => {
      await One.execute("insert into items (name) values ('first')");
      await runInScope(async () => {
        expect(String(await outcome(() => One.commit()))).toMatch(TWO);
      });
      await One.remove();
    });
  });
});

test('one scope after the other may use a session, once its work is done', async () => {
  const session = factory();
  for (const name of ['a', 'b'])
    await runInScope(async () => {
      session.add(new Item(name));
      await session.commit();
    });
  expect(await names()).toEqual(['a', 'b']);
});

test('what an ended scope has left is not continued, and can be rolled back', async () => {
  const session = factory();
  await runInScope(() => session.execute("insert into items (name) values ('left')"));
  await runInScope(async () => {
    expect(String(await outcome(() => session.commit()))).toMatch(/holds work that a scope/);
    await session.rollback();
    await session.execute("insert into items (name) values ('b')");
    await session.commit();
  });
  expect(await names()).toEqual(['b']);
});

test('outside every scope, and in scopes within its own, nothing is refused', async () => {
  const session = factory();
  await session.execute("insert into items (name) values ('a')");
  await runInScope(async () => {
    await session.run(async () => session.execute("insert into items (name) values ('b')"));
    expect(session.hasUncommittedWrites).toBe(true);
  });
  await session.rollback();
  expect(await names()).toEqual([]);
});

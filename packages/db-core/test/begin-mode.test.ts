import type { Engine, EngineOptions, SessionOptions } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { describeOn, freshDatabase } from '@quartet/testing';
import { onEachEngine } from './support';

/** Whether a session begins a transaction for a plain read. */
async function beginsForRead(engine: Engine, options: SessionOptions = {}): Promise<boolean> {
  const Session = scopedSession(sessionmaker({ bind: engine, ...options }));
  const begun = jest.fn();
  engine.on('begin', begun);
  await runInScope(() => Session.execute('select 1'));
  engine.off('begin', begun);
  return begun.mock.calls.length > 0;
}

/** By engine and what it is made with: whether a plain read begins a transaction. */
const DEFAULTS: Readonly<Record<EngineName, readonly (readonly [EngineOptions, boolean])[]>> = {
  sqlite: [
    [{}, false],
    [{ isolationLevel: 'SERIALIZABLE' }, false],
    [{ begin: 'on-first-statement' }, true],
  ],
  postgres: [
    [{}, false],
    [{ isolationLevel: 'READ COMMITTED' }, false],
    [{ isolationLevel: 'REPEATABLE READ' }, true],
    [{ isolationLevel: 'SERIALIZABLE' }, true],
    [{ isolationLevel: 'SERIALIZABLE', begin: 'on-first-write' }, false],
    [{ begin: 'on-first-statement' }, true],
  ],
  mariadb: [
    [{}, true],
    [{ isolationLevel: 'READ COMMITTED' }, false],
    [{ isolationLevel: 'READ UNCOMMITTED' }, true],
    [{ begin: 'on-first-write' }, false],
  ],
};

onEachEngine((fixture) => {
  test.each(DEFAULTS[fixture.name])(
    'an engine with %j: a plain read begins %s',
    async (options, begins) => {
      expect(await beginsForRead(fixture.another(options))).toBe(begins);
    },
  );

  test('a session of its own level has the mode of that level', async () => {
    if (fixture.name === 'sqlite') return expect(await beginsForRead(fixture.engine)).toBe(false);
    expect(await beginsForRead(fixture.engine, { isolationLevel: 'REPEATABLE READ' })).toBe(true);
    expect(await beginsForRead(fixture.engine, { isolationLevel: 'READ COMMITTED' })).toBe(false);
    return undefined;
  });

  test('so has a transaction that asks for one by begin()', async () => {
    if (fixture.name === 'sqlite') return expect(fixture.engine.beginMode()).toBe('on-first-write');
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const begun = jest.fn();
    fixture.engine.on('begin', begun);
    await runInScope(async () => {
      await Session.begin({ isolationLevel: 'REPEATABLE READ' });
      const before = (await Session.execute('select count(*) as n from items')).scalar();
      expect(begun).toHaveBeenCalledTimes(1);
      await fixture.engine.execute("insert into items (name) values ('later')");
      expect((await Session.execute('select count(*) as n from items')).scalar()).toBe(before); // one snapshot
    });
    fixture.engine.off('begin', begun);
    return undefined;
  });
});

describeOn('postgres', 'the level that PostgreSQL gives', (server) => {
  let database: FreshDatabase;
  let engine: Engine;
  beforeAll(async () => {
    database = await freshDatabase(server);
    engine = createEngine(database.url);
  });
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });

  /** Whether a new engine's read begins a transaction where `target`, as ALTER names it, is at REPEATABLE READ by default. */
  async function beginsWhere(target: string): Promise<boolean> {
    await engine.execute(`alter ${target} set default_transaction_isolation = 'repeatable read'`);
    const another = createEngine(database.url);
    try {
      return await beginsForRead(another);
    } finally {
      await another.dispose();
      await engine.execute(`alter ${target} reset default_transaction_isolation`);
    }
  }
  const nameOf = async (what: string): Promise<string> =>
    `"${String((await engine.execute(`select ${what}`)).scalar())}"`;

  test('by default of the database', async () => {
    expect(await beginsWhere(`database ${await nameOf('current_database()')}`)).toBe(true);
  });

  test('by default of the role in the database', async () => {
    const [user, name] = [await nameOf('current_user'), await nameOf('current_database()')];
    expect(await beginsWhere(`role ${user} in database ${name}`)).toBe(true);
  });

  test('by the address', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c default_transaction_isolation=serializable');
    const another = createEngine(String(url));
    expect(await beginsForRead(another)).toBe(true);
    await another.dispose();
  });
});

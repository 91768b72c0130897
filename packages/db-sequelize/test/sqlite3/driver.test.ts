/** The `sqlite3` facade as users of sqlite3 call it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Engine } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  IntegrityError,
  InvalidRequestError,
  outsideScope,
  runInScope,
  ScopeClosedError,
  scopedSession,
  sessionmaker,
  translateError,
} from '@quartet/db-core';
import { sqlite3Driver } from '@quartet/db-sequelize';
import { freshDatabase } from '@quartet/testing';

type Call<T> = (done: (error: Error | null, result?: T) => void) => unknown;
/** The callback's result as a promise. */
const answer = <T = unknown>(call: Call<T>): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });

describe('sqlite3Driver', () => {
  let engine: Engine;
  let database: InstanceType<ReturnType<typeof sqlite3Driver>['Database']>;
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  const Session = scopedSession(sessionmaker());
  const names = async (): Promise<unknown[]> =>
    (await engine.execute('select b from t order by b')).scalars();

  beforeAll(async () => {
    fresh = await freshDatabase('sqlite');
    engine = createEngine(fresh.url);
    Session.configure({ bind: engine });
    await engine.execute('create table t (id integer primary key, a int, b text unique)');
  });
  beforeEach(async () => {
    await engine.execute('delete from t');
    database = new (sqlite3Driver(engine).Database)(':memory:');
  });
  afterEach(async () => {
    if (database.open) await answer((done) => database.close(done));
    expect(engine.status().inUse).toBe(0);
  });
  afterAll(async () => {
    await engine.dispose();
    await fresh.drop();
  });

  test.each<[string, unknown[], string, unknown[]]>([
    ['one by one', [1, 'x'], '?, ?', [1, 'x']],
    ['as an array', [[1, 'x']], '?, ?', [1, 'x']],
    ['by name', [{ $a: 1, ':b': 'x' }], '$a, :b', [1, 'x']],
    ['an array for names', [[1, 'x']], '@a, $b', [1, 'x']],
    ['by number', [['x', 1]], '?2, ?1', [1, 'x']],
    ['an object of numbers', [{ 1: 'x', 2: 1 }], '?2, ?1', [1, 'x']],
    ['a name twice', [{ $a: 1 }], '$a, $a', [1, 1]],
    ['null', [null, 'x'], '?, ?', [null, 'x']],
    ['fewer than there are', ['x'], '?, ?', ['x', null]],
    ['none', [], '?, ?', [null, null]],
    ['beside what only looks like one', ['x'], `'?', ? /* ? */`, ['?', 'x']],
    ['a whole number', [20095], "?1 || '', typeof(?1)", ['20095', 'integer']],
  ])('takes parameters: %s', async (_how, params, columns, expected) => {
    const [first, second] = columns.split(', ');
    const row = await answer<object>((done) =>
      database.get(`select ${first} as a, ${second} as b`, ...params, done),
    );
    expect(Object.values(row ?? {})).toEqual(expected);
  });

  test('refuses a value too many, and what is no value', async () => {
    await expect(answer((done) => database.get('select ?', 1, 2, done))).rejects.toMatchObject({
      code: 'SQLITE_RANGE',
      errno: 25,
    });
    await expect(
      answer((done) => database.get('select $a', { $b: 1 }, done)),
    ).rejects.toMatchObject({ code: 'SQLITE_RANGE' });
    await expect(answer((done) => database.get('select ?', [[1]], done))).rejects.toThrow(
      /number 1 is an array/,
    );
    await expect(
      answer((done) => database.get('select $a', { $a: { b: 1 } }, done)),
    ).rejects.toThrow(/'a' is an object/);
  });

  test('tells lastID and changes, by `this`', async () => {
    const insert = "insert into t (id, a, b) values (7, 1, 'x'), (8, 1, 'y')";
    const told = await new Promise((resolve, reject) =>
      database.run(insert, function (error) {
        if (error) reject(error);
        else resolve([this.lastID, this.changes, this.sql]);
      }),
    );
    expect(told).toEqual([8, 2, insert]);
    const returning = await new Promise((resolve) =>
      database.run("insert into t (id, b) values (9, 'z') returning b", function () {
        resolve([this.lastID, this.changes]);
      }),
    );
    expect(returning).toEqual([9, 1]);
  });

  test('fails with sqlite3’s codes; the engine knows the kind all the same', async () => {
    const insert: Call<void> = (done) => database.run("insert into t (b) values ('dup')", done);
    await answer(insert);
    const error = await answer(insert).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      errno: 19,
      code: 'SQLITE_CONSTRAINT',
      message: 'SQLITE_CONSTRAINT: UNIQUE constraint failed: t.b',
    });
    expect(translateError(error)).toBeInstanceOf(IntegrityError);
    expect(translateError(error)).toMatchObject({ kind: 'unique', table: 't', columns: ['b'] });
  });

  test('emits an error that has no callback', async () => {
    const told = once(database, 'error');
    database.run('insert into nowhere values (1)');
    expect(await told).toEqual([expect.objectContaining({ code: 'SQLITE_ERROR', errno: 1 })]);
    const statement = database.prepare('nonsense');
    const toldThere = once(statement, 'error');
    statement.run();
    expect(await toldThere).toEqual([expect.objectContaining({ errno: 1 })]);
  });

  test('runs what is asked for in order, outside a scope too', async () => {
    const rows = await answer<unknown[]>((done) => {
      database.run('create table o (a)');
      for (let i = 0; i < 20; i++) database.run('insert into o values (?)', i);
      database.exec('delete from o where a < 3');
      database.all('select a from o order by rowid', done);
    });
    expect(rows).toHaveLength(17);
    const statement = database.prepare('insert into o values (?)');
    for (let i = 0; i < 3; i++) statement.run(i);
    statement.finalize();
    expect(await answer((done) => database.get('select count(*) as n from o', done))).toEqual({
      n: 20,
    });
    database.run('drop table o');
    await answer((done) => database.wait(done));
  });

  test('each, map and rows of a get', async () => {
    await engine.execute("insert into t values (1, 10, 'x'), (2, 20, 'y')");
    const seen: unknown[] = [];
    const count = await answer((done) =>
      database.each('select a from t', (_error, row) => void seen.push(row), done as never),
    );
    expect([seen, count]).toEqual([[{ a: 10 }, { a: 20 }], 2]);
    expect(await answer((done) => database.map('select b, a from t', done))).toEqual({
      x: 10,
      y: 20,
    });
    const statement = database.prepare('select a from t order by id');
    const next: Call<object> = (done) => statement.get(done);
    expect(await Promise.all([answer(next), answer(next), answer(next)])).toEqual([
      { a: 10 },
      { a: 20 },
      undefined,
    ]);
    await answer((done) => statement.reset(done));
    expect(await answer(next)).toEqual({ a: 10 });
    statement.finalize();
    await expect(answer(next)).rejects.toThrow('SQLITE_MISUSE: Statement is already finalized');
  });

  test('a prepared statement keeps what was bound, and says what is wrong with it', async () => {
    const statement = database.prepare('insert into t (b) values (?)', 'kept');
    await answer((done) => statement.run(done));
    await answer((done) => statement.run('other', done));
    expect(await names()).toEqual(['kept', 'other']);
    await expect(
      answer((done) => database.prepare('insert into nowhere values (?)', done)),
    ).rejects.toThrow('SQLITE_ERROR: no such table: nowhere');
    const checked = await new Promise<typeof statement>((resolve) => {
      const made = database.prepare('insert into t (b) values (?)', () => resolve(made));
    });
    expect(await names()).toHaveLength(2);
    for (const each of [statement, checked]) each.finalize();
  });

  test('joins the session, and may not commit it', async () => {
    await runInScope(async () => {
      await answer((done) => database.run("insert into t (b) values ('a')", done));
      expect(await names()).toEqual([]);
      await expect(answer((done) => database.run('COMMIT', done))).rejects.toThrow(
        InvalidRequestError,
      );
      await answer((done) => database.run('BEGIN', done));
      await answer((done) => database.run("insert into t (b) values ('undone')", done));
      await answer((done) => database.run('ROLLBACK', done));
      await outsideScope(async () => expect(await names()).toEqual([]));
      await Session.commit();
    });
    expect(await names()).toEqual(['a']);
  });

  test('has a transaction of its own outside, which close() rolls back', async () => {
    database.run('BEGIN').run("insert into t (b) values ('a')");
    await answer((done) => database.wait(done));
    expect(await names()).toEqual([]);
    await answer((done) => database.close(done));
    expect(await names()).toEqual([]);
  });

  test('keeps its connection from a pragma that sets something until it is set back, outside a session', async () => {
    const get = (sql: string) => answer<object>((done) => database.get(sql, done as never));
    const set = (sql: string) => answer((done) => database.run(sql, done));
    await set('create table if not exists child (t references t)');
    await set("insert into t (id, b) values (1, 'x')");
    await set('insert into child values (1)');
    await set('pragma foreign_keys = off');
    expect(await get('pragma foreign_keys')).toEqual({ foreign_keys: 0 });
    await set('delete from t'); // what the child points to
    const [inUse, others] = await runInScope(async () => [
      engine.status().inUse,
      (await Session.execute('pragma foreign_keys')).scalar(),
    ]);
    expect([inUse, others]).toEqual([1, 1]);
    await set('delete from child');
    await set('pragma foreign_keys = on');
    expect(engine.status().inUse).toBe(0);
    const { opened } = engine.status();
    expect(await get('pragma foreign_keys')).toEqual({ foreign_keys: 1 });
    expect(engine.status().opened).toBe(opened); // the connection was clean
    // Another time it may be another connection.
    const other = engine.connect();
    await other.begin({ begin: 'eager' });
    await set('pragma foreign_keys = off');
    await set('pragma foreign_keys = on');
    await other.close();
    // What cannot be compared is there until the end.
    await set('pragma case_sensitive_like = on');
    await set('pragma case_sensitive_like = off');
    expect(engine.status().inUse).toBe(1);
    await answer((done) => database.close(done));
    expect(engine.status().inUse).toBe(0);
    await engine.execute('drop table child');
  });

  test('is refused in work that outlived its scope', async () => {
    let late: Promise<unknown> | undefined;
    let go: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (go = resolve));
    await runInScope(async () => {
      await answer((done) => database.get('select 1', done));
      late = ended.then(() => answer((done) => database.get('select 1', done)));
    });
    go();
    await expect(late).rejects.toThrow(ScopeClosedError);
  });

  test('calls back in the async context of the caller', async () => {
    const context = new AsyncLocalStorage<number>();
    const seen = [1, 2, 3].map((n) =>
      context.run(n, () =>
        answer((done) => database.get('select 1', () => done(null, context.getStore()))),
      ),
    );
    expect(await Promise.all(seen)).toEqual([1, 2, 3]);
  });

  test('answers nothing after close()', async () => {
    await answer((done) => database.get('select 1', done));
    const statement = database.prepare('select 1');
    const busy = answer((done) => database.close(done));
    await expect(busy).rejects.toMatchObject({ code: 'SQLITE_BUSY', errno: 5 });
    await answer((done) => statement.get(done));
    statement.finalize();
    const closed = once(database, 'close');
    await answer((done) => database.close(done));
    await closed;
    expect(database.open).toBe(false);
    const misuse = {
      code: 'SQLITE_MISUSE',
      errno: 21,
      message: 'SQLITE_MISUSE: Database handle is closed',
    };
    await expect(answer((done) => database.get('select 1', done))).rejects.toMatchObject(misuse);
    const silent = jest.fn();
    database.on('error', silent);
    const emitted = once(database, 'error');
    database.run('select 1');
    expect(await emitted).toEqual([expect.objectContaining(misuse)]);
    expect(silent).toHaveBeenCalledTimes(1); // each refusal has one listener: its callback, or the event
    await expect(answer((done) => database.exec('select 1', done))).rejects.toMatchObject(misuse);
    await expect(answer((done) => database.close(done))).rejects.toMatchObject(misuse);
  });

  test('opens the engine’s file and no other', async () => {
    const { Database, OPEN_READONLY, OPEN_READWRITE, cached } = sqlite3Driver(engine);
    const file = engine.url.database;
    expect(existsSync(file)).toBe(true);
    await answer((done) => new Database(file, OPEN_READWRITE, done));
    expect(cached.Database(file)).toBe(cached.Database(file));
    expect(() => new Database('/elsewhere.db')).toThrow(ArgumentError);
    const readOnly = new Database(file, OPEN_READONLY);
    const insert = "insert into t (b) values ('x')";
    await expect(answer((done) => readOnly.run(insert, done))).rejects.toMatchObject({ errno: 8 });
    await expect(answer((done) => readOnly.exec(insert, done))).rejects.toMatchObject({ errno: 8 });
    await answer((done) => database.run(insert, done));
    expect(await answer((done) => readOnly.get('select b from t', done))).toEqual({ b: 'x' });

    const missing = createEngine(`${fresh.url}.missing`);
    const { Database: Missing } = sqlite3Driver(missing);
    await expect(
      answer((done) => new Missing(':memory:', OPEN_READONLY, done)),
    ).rejects.toMatchObject({ code: 'SQLITE_CANTOPEN', errno: 14 });
    await missing.dispose();
  });

  test('closed at once, it emits no error of opening', async () => {
    const another = new (sqlite3Driver(engine).Database)(':memory:');
    const failed = jest.fn();
    another.on('error', failed);
    await answer((done) => another.close(done));
    expect(failed).not.toHaveBeenCalled();
  });

  test('a file that cannot be opened is told of when it is opened, and makes the file otherwise', async () => {
    const inNoFolder = createEngine('sqlite:////tmp/no-such-folder/a.db');
    const { Database: Unopened } = sqlite3Driver(inNoFolder);
    const opening = answer((done) => new Unopened(':memory:', done));
    await expect(opening).rejects.toMatchObject({ code: 'SQLITE_CANTOPEN', errno: 14 });
    await inNoFolder.dispose();

    const { url, drop } = await freshDatabase('sqlite');
    const fresh = createEngine(url);
    await answer((done) => new (sqlite3Driver(fresh).Database)(':memory:', done));
    expect(existsSync(fresh.url.database)).toBe(true);
    await fresh.dispose();
    await drop();
  });

  test('an undefined value too many is passed over, any other is an error', async () => {
    await answer((done) => database.run('insert into t (a) values (?)', 1, undefined, done));
    await expect(
      answer((done) => database.run('insert into t (a) values (?)', 1, null, done)),
    ).rejects.toMatchObject({ code: 'SQLITE_RANGE' });
  });

  test('after verbose() the stack of an error has the call and its caller', async () => {
    const { Database, Statement, verbose } = sqlite3Driver(engine);
    verbose();
    verbose();
    const traced = new Database(':memory:');
    const error = await answer((done) => traced.run('update nowhere set a = 1', done)).catch(
      (reason: Error) => reason,
    );
    expect((error as Error).stack).toMatch(
      /no such table: nowhere[^]*\n--> in Database#run\('update nowhere set a = 1', \[Function[^]*driver\.test\.ts/,
    );
    expect((error as Error).stack?.match(/-->/g)).toHaveLength(1);
    await answer((done) => traced.close(done));
    for (const each of [Database, Statement])
      for (const name of Object.keys(each.prototype)) delete (each.prototype as never)[name];
  });

  test('refuses in words what it has not', () => {
    for (const member of ['backup', 'configure', 'interrupt', 'loadExtension'])
      expect(() => (database as never as Record<string, () => void>)[member]?.()).toThrow(
        InvalidRequestError,
      );
    expect(() => database.on('trace', () => undefined)).toThrow(InvalidRequestError);
  });

  test('reads an integer beyond 2^53 as text that finds its row', async () => {
    const id = '9007199254740993';
    await answer((done) => database.run('insert into t (id, a) values (?, 1)', id, done));
    const row = await answer<{ id: string }>((done) =>
      database.get('select id, a from t', [], done as never),
    );
    expect(row).toEqual({ id, a: 1 });
    const found = await answer((done) =>
      database.get('select * from t where id = ?', row?.id, done),
    );
    expect(found).toEqual({ id, a: 1, b: null });
  });
});

import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import type { Engine, ScopedSession } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import type { PgDriver } from '@quartet/db-core/drivers';
import { pgDriver } from '@quartet/db-core/drivers';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, describeOn } from '@quartet/testing';
import * as pg from 'pg';
import { deferred } from '../support';
import QueryStream from 'pg-query-stream';

test('pgDriver refuses an engine of another database', () => {
  expect(() => pgDriver(createEngine('sqlite://'))).toThrow(ArgumentError);
});

/** What a query stream reads from: pg-cursor's own class. */
type Cursor = pg.Submittable &
  EventEmitter & { read(n: number): Promise<{ n: number }[]>; close(): Promise<void> };

describeOn('postgres', 'pgDriver on a server', (testEngine) => {
  let database: FreshDatabase;
  let engine: Engine;
  let driver: PgDriver;
  let Session: ScopedSession;

  beforeAll(async () => {
    database = await freshDatabase(testEngine);
    engine = createEngine(database.url, { poolSize: 2, acquireTimeoutMs: 2000 });
    driver = pgDriver(engine);
    Session = scopedSession(sessionmaker({ bind: engine }));
    await engine.execute(
      'create table items (id serial primary key, name text not null unique, day date)',
    );
  });
  beforeEach(() => engine.execute('truncate items'));
  afterEach(() => expect(engine.status().inUse).toBe(0));
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });
  /** Of a query object, whose events may come at once. */
  const rowsOf = async (query: EventEmitter): Promise<unknown[]> => {
    const rows: unknown[] = [];
    query.on('row', (row) => rows.push(row));
    await once(query, 'end');
    return rows;
  };
  const numbers = (n: number): string => `select generate_series(1, ${n})::int as n`;

  test('answers transaction control as pg does', async () => {
    const client = new driver.Client();
    const real = new pg.Client(database.url);
    await real.connect();
    for (const sql of [
      'BEGIN',
      'SAVEPOINT one',
      'RELEASE SAVEPOINT one',
      'COMMIT',
      'START TRANSACTION',
      'ROLLBACK',
    ]) {
      const { command, rowCount, rows, fields, oid } = await real.query(sql);
      expect(await client.query(sql)).toEqual({ command, rowCount, rows, fields, oid });
    }
    await real.end();
  });

  test('takes values, row modes, names and callbacks in every form that pg does', async () => {
    const client = new driver.Client();
    const { promise, resolve } = deferred<unknown>();
    expect((await client.query('select $1::int as n', [1])).rows).toEqual([{ n: 1 }]);
    expect(
      (
        await client.query({
          text: 'select $1::int as n',
          values: [2],
          rowMode: 'array',
        })
      ).rows,
    ).toEqual([[2]]);
    expect((await client.query({ text: 'select $1::int as n', name: 'one' }, [3])).rows).toEqual([
      { n: 3 },
    ]);
    client.query('select 4 as n', (_error, result) => resolve(result.rows));
    expect(await promise).toEqual([{ n: 4 }]);
  });

  test('keeps the parsers of one library from another', async () => {
    const types = {
      getTypeParser: () => (text: string) => `<${text}>`,
    } as unknown as pg.CustomTypesConfig;
    const one = new driver.Client({ types });
    const other = new driver.Client();
    await runInScope(async () => {
      await Session.execute("insert into items (name, day) values ('a', '2001-02-03')");
      expect((await one.query('select name, day from items')).rows).toEqual([
        { name: '<a>', day: '<2001-02-03>' },
      ]);
      expect((await one.query('select name from items where name = $1', ['a'])).rows).toEqual([
        { name: '<a>' },
      ]);
      expect((await other.query('select name, day from items')).rows).toEqual([
        { name: 'a', day: new Date(2001, 1, 3) },
      ]);
    });
  });

  test('joins the session through pool.query, and releases by itself', async () => {
    const pool = new driver.Pool();
    await runInScope(async () => {
      await pool.query('insert into items (name) values ($1)', ['a']);
      expect((await Session.execute('select name from items')).scalars()).toEqual(['a']);
    });
    expect((await pool.query('select count(*)::int as n from items')).rows).toEqual([{ n: 0 }]);
  });

  test('a statement of a session whose stream is being read is refused at once; after it, it runs', async () => {
    const client = new driver.Client();
    await runInScope(async () => {
      const stream = client.query(new QueryStream(numbers(1000)));
      const refusal = /A stream of this session is being read/;
      await expect(client.query('select 1')).rejects.toThrow(refusal);
      await expect(Session.execute('select 1')).rejects.toThrow(refusal);
      await expect(Session.commit()).rejects.toThrow(refusal);
      let sum = 0;
      for await (const { n } of stream as AsyncIterable<{ n: number }>) sum += n;
      expect(sum).toBe(500_500);
      expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    });
  });

  test('a stream that nobody reads on ends with its session', async () => {
    await runInScope(async () => {
      const stream = new driver.Client().query(new QueryStream(numbers(100_000)));
      await once(stream, 'readable');
    });
    expect(engine.status().inUse).toBe(0);
  });

  test('a client outside a session runs its statements one after the other, on one connection', async () => {
    const client = new driver.Client();
    const order: string[] = [];
    const pid = async (): Promise<number> =>
      (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
    const [, first, second] = await Promise.all([
      client.query('select pg_sleep(0.05)').then(() => order.push('slow')),
      pid(),
      pid().then((id) => (order.push('fast'), id)),
    ]);
    expect(order).toEqual(['slow', 'fast']);
    expect(first).toBe(second);
    expect(engine.status().inUse).toBe(0);
  });

  test('a client outside a session keeps what it has set until its end, and no other statement meets it', async () => {
    const client = new driver.Client();
    await client.query('/* mine */ set search_path to nowhere');
    expect(engine.status().inUse).toBe(1);
    expect(client).toHaveProperty('processID', expect.any(Number));
    expect((await client.query('show search_path')).rows).toEqual([{ search_path: 'nowhere' }]);
    await client.end();
    const paths = await Promise.all(['a', 'b'].map(() => engine.execute('show search_path')));
    expect(paths.map((result) => result.scalar())).not.toContain('nowhere');
  });

  test('what a user has written does not make a client keep its connection', async () => {
    const client = new driver.Client();
    await client.query("insert into items (name) values ('a; set search_path to b; listen c')");
    expect(engine.status().inUse).toBe(0);
  });

  test('LISTEN and COPY are refused: they need a connection for themselves', async () => {
    const client = new driver.Client();
    await expect(client.query('listen news')).rejects.toThrow(
      /LISTEN needs a connection for itself/,
    );
    await expect(client.query('-- all\ncopy items to stdout')).rejects.toThrow(/COPY needs/);
  });

  test('statements asked for before a release run before it', async () => {
    const pool = new driver.Pool();
    const client = await pool.connect();
    const answers = Promise.all(['a', 'b'].map((name) => client.query(`select '${name}' as a`)));
    client.release();
    expect((await answers).map(({ rows }) => rows)).toEqual([[{ a: 'a' }], [{ a: 'b' }]]);
    expect(() => client.release()).toThrow(/already been released/);
    await expect(client.query('select 1')).rejects.toThrow(
      'Client was closed and is not queryable',
    );
    await pool.end();
  });

  test('the pool tells of its clients and counts them', async () => {
    const pool = new driver.Pool({
      onConnect: (client) => void client.query("set app.hook = 'h1'"),
    });
    const seen: string[] = [];
    for (const event of ['connect', 'acquire', 'release', 'remove'] as const)
      pool.on(event, () => void seen.push(event));
    pool.on('connect', (client) => void client.query("set app.tenant = 't1'"));
    const client = await pool.connect();
    expect(pool.totalCount).toBe(1);
    const { rows } = await client.query(
      "select current_setting('app.tenant', true) as tenant, current_setting('app.hook', true) as hook",
    );
    expect(rows).toEqual([{ tenant: 't1', hook: 'h1' }]);
    const removed = once(pool, 'remove');
    client.release();
    await removed;
    await pool.end();
    expect(seen).toEqual(['connect', 'acquire', 'release', 'remove']);
    expect(pool.totalCount).toBe(0);
    await expect(pool.connect()).rejects.toThrow(/after calling end/);
  });

  test('the pool makes clients of the class that it is given', async () => {
    class Tagging extends driver.Client {
      tag(): string {
        return 'tagged';
      }
    }
    const pool = new driver.Pool({ Client: Tagging } as pg.PoolConfig);
    const client = await pool.connect();
    expect((client as unknown as Tagging).tag()).toBe('tagged');
    expect(engine.status().inUse).toBe(1);
    client.release();
    await pool.end();
  });

  test('a client that was checked out and lost its connection says so, as pg does', async () => {
    const pool = new driver.Pool();
    const client = await pool.connect();
    const broken = once(client, 'error');
    await expect(
      client.query('select pg_terminate_backend(pg_backend_pid())'),
    ).rejects.toMatchObject({ code: '57P01' });
    expect((await broken)[0]).toMatchObject({ code: '57P01' });
    await expect(client.query('select 1')).rejects.toThrow(
      'Client has encountered a connection error and is not queryable',
    );
    client.release();
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  test('limits of a library stop its own statements', async () => {
    const sleep = 'select pg_sleep(30)';
    const pool = new driver.Pool({ statement_timeout: 50 });
    await expect(pool.query(sleep)).rejects.toThrow('canceling statement due to statement timeout');
    const other = new driver.Pool({ query_timeout: 50 });
    await expect(other.query(sleep)).rejects.toThrow('Query read timeout');
    expect((await other.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  test('a pool that cannot have a connection in time says so', async () => {
    const held = await Promise.all([1, 2].map(() => new driver.Pool().connect()));
    const pool = new driver.Pool({ connectionTimeoutMillis: 50 });
    await expect(pool.connect()).rejects.toThrow(/timeout/);
    for (const client of held) client.release();
    await pool.end();
  });

  test('options that contradict the engine, or would change its connections, are refused', () => {
    const refused = [
      { database: 'another' },
      { host: 'another.host' },
      { port: 1 },
      { user: 'another' },
      { ssl: true },
      { connectionString: 'postgresql://another.host/another' },
      { connectionString: `${database.url}?application_name=mine` },
      { connectionString: `${database.url}?options=-c%20search_path%3Da` },
      { connectionString: `${database.url}?lock_timeout=100` },
      { application_name: 'mine' },
      { options: '-c search_path=a' },
      { lock_timeout: 100 },
    ];
    for (const options of refused) {
      expect(() => new driver.Pool(options)).toThrow(ArgumentError);
      expect(() => new driver.Client(options)).toThrow(ArgumentError);
    }
    expect(() => new driver.Pool({ Client: pg.Client } as pg.PoolConfig)).toThrow(ArgumentError);
    const { database: name } = engine.url;
    expect(() => new driver.Client(`${database.url}?application_name=quartet`)).not.toThrow();
    expect(() => new driver.Pool({ database: name, max: 3, application_name: '' })).not.toThrow();
  });

  test('small habits of pg', async () => {
    const pool = new driver.Pool();
    const client = await pool.connect();
    const drained = once(client, 'drain');
    await client.query({ name: 'one', text: 'select $1::int as n', values: [1] });
    await drained;
    const again = { name: 'one', values: [2] } as unknown as pg.QueryConfig;
    expect((await client.query(again)).rows).toEqual([{ n: 2 }]);
    expect(client.getTransactionStatus()).toBe('I');
    const notice = once(client, 'notice');
    await client.query("do $$ begin raise warning 'hear'; end $$");
    expect((await notice)[0]).toMatchObject({ message: 'hear' });
    client.setTypeParser(23, (text) => `<${text}>`);
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: '<1>' }]);
    expect(() => client.query(null as never)).toThrow(TypeError);
    expect(() => client.query('select 1', [], 1 as never)).toThrow(TypeError);
    expect((await client.query('')).rows).toEqual([]);
    expect((await client.query({ name: 'empty', text: '' })).rows).toEqual([]);
    await expect(client.connect()).rejects.toThrow('You cannot reuse a client.');
    expect(client.pipeline).toBe(false);
    expect(new driver.Client({ pipeline: true }).pipeline).toBe(true);
    class Chosen<T> extends Promise<T> {}
    const choosy = new driver.Client({ Promise: Chosen } as pg.ClientConfig);
    const promises = [choosy.connect(), choosy.query('select 1'), choosy.end()];
    for (const promise of promises) expect(promise).toBeInstanceOf(Chosen);
    await Promise.all(promises);
    const error = await new Promise((resolve) => pool.query(null as never, resolve));
    expect(error).toBeInstanceOf(TypeError);
    const ended = once(client, 'end');
    client.release();
    await ended;
  });

  test('a name of a statement belongs to one client, and to one text of it', async () => {
    const [one, other] = [new driver.Client(), new driver.Client()];
    const named = (n: number) => ({
      name: 'same',
      text: `select ${n}::int as n where $1`,
      values: [true],
    });
    for (const client of [one, other]) {
      const n = client === one ? 1 : 2;
      for (let i = 0; i < 3; i++) expect((await client.query(named(n))).rows).toEqual([{ n }]);
      expect(await rowsOf(client.query(new driver.Query(named(n))))).toEqual([{ n }]);
    }
    const unique = "Prepared statements must be unique - 'same' was used for a different statement";
    await expect(one.query(named(3))).rejects.toThrow(unique);
    const [error] = await once(one.query(new driver.Query(named(2))), 'error');
    expect(error).toEqual(new Error(unique));
  });

  test('a query object gets what its client was told, and its end is one of the client', async () => {
    const client = new driver.Client();
    client.setTypeParser(23, (text) => `<${text}>`);
    const drained = once(client, 'drain');
    expect(await rowsOf(client.query(new driver.Query('select 1 as n')))).toEqual([{ n: '<1>' }]);
    await drained;
    await client.end();
    const [error] = await once(client.query(new driver.Query('select 1')), 'error');
    expect(error).toEqual(new Error('Client was closed and is not queryable'));
  });

  test('says whether the server refuses the next statement of a transaction', async () => {
    const client = new driver.Client();
    await client.query('BEGIN');
    await client.query('SAVEPOINT a');
    expect(client.getTransactionStatus()).toBe('T');
    await expect(client.query('select nonsense')).rejects.toThrow('nonsense');
    await expect(client.query('select 1')).rejects.toThrow('aborted');
    expect(client.getTransactionStatus()).toBe('E');
    await client.query('ROLLBACK TO SAVEPOINT a');
    expect(client.getTransactionStatus()).toBe('T');
    await client.query('ROLLBACK');
    expect(client.getTransactionStatus()).toBe('I');
  });

  test('the stack of an error leads to the caller, through awaits of its own', async () => {
    const client = new driver.Client();
    const inner = async (sql: string): Promise<unknown> => await client.query(sql);
    const between = async (sql: string): Promise<unknown> => await inner(sql);
    const outer = async (sql: string): Promise<unknown> => await between(sql);
    for (const sql of ['select nonsense', 'BEGIN', 'select nonsense', 'ROLLBACK', 'select \0']) {
      const stack = await outer(sql).then(
        () => 'inner outer',
        (error: Error) => error.stack,
      );
      expect(stack).toMatch(/inner[^]*outer/);
    }
  });

  test('a stream that is destroyed half way frees its connection', async () => {
    const client = await new driver.Pool().connect();
    const stream = client.query(new QueryStream(numbers(100_000)));
    for await (const { n } of stream as AsyncIterable<{ n: number }>) if (n === 150) break;
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await client.end();
  });

  test('a stream that is destroyed before its turn is never sent', async () => {
    const client = new driver.Client();
    await runInScope(async () => {
      const slow = client.query('select pg_sleep(0.05)');
      const stream = client.query(
        new QueryStream("insert into items (name) values ('a') returning id"),
      );
      await new Promise(setImmediate);
      stream.destroy();
      await slow;
      expect((await client.query('select name from items')).rows).toEqual([]);
    });
  });

  test('an error of a stream reaches the stream, once', async () => {
    const client = new driver.Client();
    const stream = client.query(
      new QueryStream('select 1 / (3 - n) as x from generate_series(1, 5) n', []),
    );
    const sink = new Writable({ objectMode: true, write: (_row, _encoding, done) => done() });
    await expect(pipeline(stream, sink)).rejects.toThrow('division by zero');
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  test('a stream in a scope that has ended fails by itself', async () => {
    const client = new driver.Client();
    let later!: () => QueryStream;
    const context = await runInScope(async () => {
      const run = AsyncLocalStorage.snapshot();
      later = () => run(() => client.query(new QueryStream('select 1')));
    });
    expect(context).toBeUndefined();
    const [error] = await once(later().resume(), 'error');
    expect(String(error)).toMatch(/scope of this work has ended/);
  });

  test('a cursor reads in portions and occupies the connection until it is closed', async () => {
    const client = await new driver.Pool().connect();
    const cursor = client.query(new QueryStream(numbers(10)).cursor as Cursor);
    expect((await cursor.read(3)).map(({ n }) => n)).toEqual([1, 2, 3]);
    const next = client.query('select 1 as n');
    await cursor.close();
    expect((await next).rows).toEqual([{ n: 1 }]);
    await client.end();
  });

  test('events of a stream come in the async context of the caller', async () => {
    const context = new AsyncLocalStorage<string>();
    const client = new driver.Client();
    const seen = await context.run('caller', async () => {
      const stream = client.query(new QueryStream(numbers(300)));
      const contexts = new Set<string | undefined>();
      stream.on('data', () => contexts.add(context.getStore()));
      await once(stream, 'end');
      return contexts;
    });
    expect([...seen]).toEqual(['caller']);
  });
});

import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Engine, ScopedSession } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import type { Mysql2Driver } from '@quartet/db-core/drivers';
import { mysql2Driver, mysql2PromiseDriver } from '@quartet/db-core/drivers';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, describeOn } from '@quartet/testing';
import type { Connection, Query } from 'mysql2';
import * as mysql2 from 'mysql2/promise';

test('mysql2Driver refuses an engine of another database', () => {
  expect(() => mysql2Driver(createEngine('sqlite://'))).toThrow(ArgumentError);
});

describeOn('mariadb', 'mysql2Driver on a server', (testEngine) => {
  let database: FreshDatabase;
  let engine: Engine;
  let driver: Mysql2Driver;
  let Session: ScopedSession;

  beforeAll(async () => {
    database = await freshDatabase(testEngine);
    engine = createEngine(database.url, { poolSize: 2, acquireTimeoutMs: 2000 });
    driver = mysql2Driver(engine);
    Session = scopedSession(sessionmaker({ bind: engine }));
    await engine.execute(
      'create table items (id int auto_increment primary key, name varchar(50) not null unique, at datetime(3))',
    );
  });
  beforeEach(() => engine.execute('delete from items'));
  afterEach(() => expect(engine.status().inUse).toBe(0));
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });
  const numbers = (n: number): string => `select seq as n from seq_1_to_${n}`;

  test('answers transaction control as mysql2 does', async () => {
    const connection = driver.createConnection({}).promise();
    const real = await mysql2.createConnection(database.url);
    for (const sql of ['START TRANSACTION', 'SAVEPOINT one', 'RELEASE SAVEPOINT one', 'COMMIT']) {
      const [header] = (await real.query(sql)) as unknown as [object];
      const [answer] = (await connection.query(sql)) as unknown as [object];
      expect(Object.keys(answer).sort()).toEqual(Object.keys(header).sort());
      expect(answer).toMatchObject({ affectedRows: 0, insertId: 0 });
    }
    await real.end();
  });

  test('keeps the options of one library from another', async () => {
    const text = driver.createConnection({ dateStrings: true }).promise();
    const typed = driver
      .createConnection({
        typeCast: (field, next) => (field.name === 'name' ? `<${field.string()}>` : next()),
      })
      .promise();
    const plain = driver.createConnection({}).promise();
    await runInScope(async () => {
      await Session.execute("insert into items (name, at) values ('a', '2001-02-03 04:05:06.789')");
      for (const method of ['query', 'execute'] as const) {
        const ask = async (connection: mysql2.Connection): Promise<unknown> =>
          (
            await (method === 'query'
              ? connection.query('select at from items')
              : connection.execute('select at from items'))
          )[0];
        expect(await ask(text)).toEqual([{ at: '2001-02-03 04:05:06.789' }]);
        expect(await ask(plain)).toEqual([{ at: new Date('2001-02-03T04:05:06.789Z') }]);
      }
      expect((await typed.query('select name from items'))[0]).toEqual([{ name: '<a>' }]);
      expect((await plain.query('select name from items'))[0]).toEqual([{ name: 'a' }]);
    });
  });

  test('values are written as the options of the connection say', async () => {
    const noon = new Date(Date.UTC(2020, 0, 1, 12));
    const options = { timezone: '+03:00', decimalNumbers: true } as const;
    const connection = driver.createConnection(options).promise();
    await connection.query('insert into items set ?', { name: 'a', at: noon });
    await connection.query('insert into items (name, at) values ?', [[['b', noon]]]);
    await connection.execute('insert into items (name, at) values (?, ?)', ['c', noon]);
    const stored = await engine.execute('select cast(at as char) as at from items');
    expect(stored.scalars()).toEqual(Array(3).fill('2020-01-01 15:00:00.000'));
    for (const method of ['query', 'execute'] as const) {
      const ask = connection[method].bind(connection) as typeof connection.query;
      const [rows] = await ask('select at, 1.5 as d from items where name = ?', ['a']);
      expect(rows).toEqual([{ at: noon, d: 1.5 }]);
    }
    const cast = (
      field: { string(): string | null; type: string },
      next: () => unknown,
    ): unknown => (field.type === 'NEWDECIMAL' ? next() : `<${field.string()}>`);
    const [rows] = await connection.query({
      sql: "select 'a' as s, 1.5 as d",
      typeCast: cast as never,
    });
    expect(rows).toEqual([{ s: '<a>', d: 1.5 }]);
    // An object is one value everywhere but after SET.
    const anyName = connection.query('select name from items where ?', [{ name: 1 }]);
    expect((await anyName)[0]).toEqual([]);
    await expect(
      driver
        .createConnection({ stringifyObjects: true })
        .promise()
        .query('insert into items set ?', {}),
    ).rejects.toMatchObject({ code: 'ER_PARSE_ERROR' });
    await connection.end();
  });

  test('small habits of mysql2', async () => {
    const connection = driver.createConnection({});
    const connected = await new Promise((resolve) => connection.connect((...all) => resolve(all)));
    expect(connected).toEqual([null, connection]);
    connection.config.namedPlaceholders = true;
    const [query, rows] = await new Promise<[Query, unknown]>((resolve, reject) => {
      const asked = connection.query('select :n + 1 as n', { n: 1 }, (error, answer) =>
        error ? reject(error) : resolve([asked, answer]),
      );
    });
    expect(rows).toEqual([{ n: 2 }]);
    expect(query).toMatchObject({ sql: 'select 1 + 1 as n' });
    await expect((async () => await (query as unknown as Promise<void>))()).rejects.toThrow(
      'no promise',
    );
    const [executed] = await connection.promise().execute('select :n as n', { n: 1 });
    expect(executed).toEqual([{ n: 1 }]);
    const [row] = await once(connection.query('select ? as n', [3]), 'result');
    expect(row).toEqual({ n: 3 });
    await connection.promise().end();
    const pool = driver.createPool({});
    const checkedOut = await new Promise<Disposable>((resolve, reject) =>
      pool.getConnection((error, given) => (error ? reject(error) : resolve(given as never))),
    );
    expect(engine.status().inUse).toBe(1);
    const released = once(engine, 'checkin');
    checkedOut[Symbol.dispose]();
    await released;
    expect(engine.status().inUse).toBe(0);
    (pool as unknown as Disposable)[Symbol.dispose]();
    await expect(pool.promise().query('select 1')).rejects.toThrow('Pool is closed');
  });

  test('a row is no header, whatever its columns are called', async () => {
    const connection = driver.createConnection({});
    const sql = 'select null as constructor, 7 as serverStatus';
    const row = { constructor: null, serverStatus: 7 };
    expect((await connection.promise().query(sql))[0]).toEqual([row]);
    expect(await connection.query(sql).stream().toArray()).toEqual([row]);
    expect([...(await engine.execute(sql)).all()].map((each) => [...each])).toEqual([[null, 7]]);
  });

  test('begins and ends transactions by callbacks and by promises', async () => {
    const connection = await driver.createPool({}).promise().getConnection();
    await connection.beginTransaction();
    await connection.query("insert into items (name) values ('a')");
    await connection.rollback();
    const raw = connection.connection as unknown as Connection;
    await new Promise((resolve) => raw.beginTransaction(resolve));
    await new Promise((resolve) => raw.query("insert into items (name) values ('b')", resolve));
    await new Promise((resolve) => raw.commit(resolve));
    await connection.end();
    expect((await engine.execute('select name from items')).scalars()).toEqual(['b']);
  });

  test('a statement of a session whose stream is being read is refused at once; after it, it runs', async () => {
    const connection = driver.createConnection({});
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('a')");
      const stream = connection.query(numbers(5000)).stream({ highWaterMark: 10 });
      await once(stream, 'readable');
      await expect(Session.execute('select name from items')).rejects.toThrow(
        /A stream of this session is being read/,
      );
      let sum = 0;
      for await (const { n } of stream as AsyncIterable<{ n: number }>) sum += n;
      expect(sum).toBe(12_502_500);
      expect((await Session.execute('select name from items')).scalars()).toEqual(['a']);
    });
  });

  test('a stream that nobody reads on ends with its session', async () => {
    await runInScope(async () => {
      const query = driver.createConnection({}).query(numbers(1_000_000));
      await once(query.stream({ highWaterMark: 10 }), 'readable');
    });
    expect(engine.status().inUse).toBe(0);
  });

  test('a connection outside a session keeps its order, and what it has set until its end', async () => {
    const connection = driver.createConnection({});
    const promises = connection.promise();
    const [, [rows]] = await Promise.all([
      promises.query('set @a = 5'),
      promises.query('select @a as a'),
    ]);
    expect(rows).toEqual([{ a: 5 }]);
    expect(engine.status().inUse).toBe(1);
    expect(connection.threadId).toBeGreaterThan(0);
    await promises.end();
    expect(engine.status().inUse).toBe(0);
  });

  test('the pool tells of its connections', async () => {
    const pool = driver.createPool({});
    const seen: string[] = [];
    for (const event of ['connection', 'acquire', 'release'])
      pool.on(event, () => void seen.push(event));
    pool.on('connection', (connection) => void connection.query('set @tenant = 7'));
    const [rows] = await pool.promise().query('select @tenant as tenant');
    expect(rows).toEqual([{ tenant: 7 }]);
    await once(pool, 'release');
    expect(seen).toEqual(['connection', 'acquire', 'release']);
  });

  test('mysql2PromiseDriver stands for mysql2/promise', async () => {
    const promises = mysql2PromiseDriver(engine);
    const pool = promises.createPool({});
    const single = await promises.createConnection({});
    await runInScope(async () => {
      await pool.query('insert into items (name) values (?)', ['a']);
      const connection = await pool.getConnection();
      await connection.execute('insert into items (name) values (?)', ['b']);
      connection.release();
      expect((await single.query('select name from items order by name'))[0]).toEqual([
        { name: 'a' },
        { name: 'b' },
      ]);
    });
    expect((await pool.query('select name from items'))[0]).toEqual([]);
    expect(() => promises.escape("a'b")).not.toThrow();
    await pool.end();
    await single.end();
  });

  test('options that contradict the engine, or would change its connections, are refused', () => {
    const refused = [
      { database: 'another' },
      { host: 'another.host' },
      { port: 1 },
      { user: 'another' },
      { ssl: {} },
      { uri: 'mysql://another.host/another' },
      { multipleStatements: true },
      { jsonStrings: true },
      { charset: 'latin1' },
      { flags: ['MULTI_STATEMENTS'] },
    ];
    for (const options of refused) {
      expect(() => driver.createPool(options)).toThrow(ArgumentError);
      expect(() => driver.createConnection(options)).toThrow(ArgumentError);
    }
    const { database: name } = engine.url;
    expect(() => driver.createPool({ database: name, connectionLimit: 3 })).not.toThrow();
    expect(driver.createConnection({}).config).toMatchObject({ database: name, timezone: 'Z' });
  });

  test('a stream that is destroyed half way frees its connection', async () => {
    const connection = driver.createConnection({});
    await runInScope(async () => {
      const stream = connection.query(numbers(100_000)).stream({ highWaterMark: 10 });
      for await (const { n } of stream as AsyncIterable<{ n: number }>) if (n === 50) break;
      expect((await connection.promise().query('select 1 as n'))[0]).toEqual([{ n: 1 }]);
    });
  });

  test('a stream that is destroyed before its turn is never sent', async () => {
    const connection = driver.createConnection({});
    await runInScope(async () => {
      const slow = connection.promise().query('select sleep(0.05)');
      const stream = connection.query("insert into items (name) values ('a')").stream();
      await new Promise(setImmediate);
      stream.destroy();
      await slow;
      expect((await connection.promise().query('select name from items'))[0]).toEqual([]);
    });
  });

  test('an error of a stream reaches the stream', async () => {
    const connection = driver.createConnection({});
    const sink = new Writable({ objectMode: true, write: (_row, _encoding, done) => done() });
    await expect(pipeline(connection.query('select nonsense').stream(), sink)).rejects.toThrow(
      'nonsense',
    );
  });

  test('a query without a callback emits its rows in the async context of the caller', async () => {
    const context = new AsyncLocalStorage<string>();
    const connection = driver.createConnection({});
    const seen = await context.run('caller', async () => {
      const contexts: (string | undefined)[] = [];
      const query = connection.query(numbers(3));
      query.on('result', () => contexts.push(context.getStore()));
      query.on('fields', () => contexts.push(context.getStore()));
      await once(query, 'end');
      return contexts;
    });
    expect(seen).toEqual(['caller', 'caller', 'caller', 'caller']);
  });

  test('notices that DDL has committed, also when the query has no callback', async () => {
    const implicit: unknown[] = [];
    engine.on('implicit-commit', (event) => implicit.push(event));
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('a')");
      await once(driver.createConnection({}).query('create table other (id int)'), 'end');
      await Session.rollback();
    });
    expect(implicit).toHaveLength(1);
    expect((await engine.execute('select name from items')).scalars()).toEqual(['a']);
  });
});

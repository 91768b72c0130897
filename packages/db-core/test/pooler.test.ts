/** PgBouncer in transaction mode as it is installed: nothing has to be said for it, and nothing is lost behind it. */
import type { Engine, EngineOptions } from '@quartet/db-core';
import { createEngine, runInScope, sessionmaker } from '@quartet/db-core';
import { pgDriver } from '@quartet/db-core/drivers';
import type { FreshDatabase, Pooler } from '@quartet/testing';
import { describePooler, freshDatabase, proxy, startPooler, until } from '@quartet/testing';
import QueryStream from 'pg-query-stream';

describePooler('behind PgBouncer', () => {
  let pooler: Pooler;
  /** One whose clients share one connection of the server. */
  let narrow: Pooler;
  let database: FreshDatabase;
  let direct: Engine;
  const engines: Engine[] = [];

  beforeAll(async () => {
    pooler = await startPooler();
    narrow = await startPooler(['default_pool_size = 1']);
    database = await freshDatabase('postgres');
    direct = createEngine(database.url);
    await direct.execute(
      'create table things (id int primary key, a int not null, b int not null)',
    );
    await direct.execute('insert into things select i, 0, 0 from generate_series(1, 20) i');
    await direct.execute('create schema tenant');
    await direct.execute("create table tenant.here as select 'tenant' as name");
    await direct.execute("create table here as select 'public' as name");
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) {
      expect(engine.status()).toMatchObject({ inUse: 0 });
      await engine.dispose();
    }
  });
  afterAll(async () => {
    await direct.dispose();
    await pooler.stop();
    await narrow.stop();
    await database.drop();
  });

  function behind(by: Pooler, options: EngineOptions = {}, query = ''): Engine {
    const engine = createEngine(by.through(database.url) + query, options);
    engines.push(engine);
    return engine;
  }

  test('two engines at once: each statement is its own, inside a transaction and outside', async () => {
    const own = { a: behind(pooler), b: behind(pooler) };
    const add = async (column: 'a' | 'b', i: number): Promise<unknown> => {
      const engine = own[column];
      const sql = `update things set ${column} = ${column} + $1 where id = $2 returning '${column}' as mine`;
      const [one, two] = [
        [1, 1 + (i % 20)],
        [1, 1 + ((i + 7) % 20)],
      ];
      if (i % 2 === 0) return (await engine.execute(sql, one)).scalar();
      return engine.begin(async (connection) => {
        await connection.execute('select $1::int', [i]);
        return (await connection.execute(sql, two)).scalar();
      });
    };
    const work = (['a', 'b'] as const).flatMap((column) =>
      Array.from({ length: 10 }, async () => {
        for (let i = 0; i < 25; i++) expect(await add(column, i)).toBe(column);
      }),
    );
    await Promise.all(work);
    const sums = await direct.execute('select sum(a)::int, sum(b)::int from things');
    expect([...(sums.first() ?? [])]).toEqual([250, 250]);
  });

  test.each([
    ['one statement', (engine: Engine) => engine.execute('select pg_sleep(9)')],
    ['with values', (engine: Engine) => engine.execute('select pg_sleep($1)', [9])],
    ['several', (engine: Engine) => engine.execute('select 1; select pg_sleep(9)')],
    [
      'changing the schema',
      (engine: Engine) => engine.execute('create table t as select 1 as n from pg_sleep(9)'),
    ],
    [
      'in a transaction',
      (engine: Engine) => engine.begin((own) => own.execute('select pg_sleep(9)')),
    ],
    [
      'later in a transaction',
      (engine: Engine) =>
        engine.begin(async (own) => {
          await own.execute('select 1; select 2');
          await own.beginNested(() => own.execute('select 1'));
          await own.execute('select pg_sleep(9)');
        }),
    ],
    [
      'a stream',
      (engine: Engine) =>
        new (pgDriver(engine).Client)().query(new QueryStream('select pg_sleep(9)')).toArray(),
    ],
  ])('statementTimeoutMs holds: %s', async (_what, run) => {
    const engine = behind(pooler, { statementTimeoutMs: 100, networkTimeoutMs: 60_000 });
    await expect(run(engine)).rejects.toThrow('statement timeout');
    expect((await engine.execute('select 1')).scalar()).toBe(1);
  });

  test('nothing that is set reaches another client of the same connection', async () => {
    const engine = behind(narrow, { statementTimeoutMs: 60_000 }, '?search_path=tenant');
    const shows = "select current_setting('statement_timeout'), current_setting('search_path')";
    const own = [...((await engine.execute(shows)).first() ?? [])];
    expect(own).toEqual(['1min', 'tenant']);
    await engine.begin(async (connection) => connection.execute('select 1'));
    const other = [...((await behind(narrow).execute(shows)).first() ?? [])];
    expect(other).toEqual(['0', '"$user", public']);
  });

  test.each([
    ['search_path', '?search_path=tenant'],
    ['schema', '?schema=tenant'],
    ['options', `?options=${encodeURIComponent('-c search_path=tenant --work-mem=1MB')}`],
  ])('%s of the URL holds for each statement and transaction', async (_by, query) => {
    const engine = behind(pooler, {}, query);
    const sql = 'select name from here';
    for (let i = 0; i < 3; i++) expect((await engine.execute(sql)).scalar()).toBe('tenant');
    expect((await engine.execute(`select 1; ${sql}`)).scalar()).toBe('tenant');
    await runInScope(async () => {
      const session = sessionmaker({ bind: engine })();
      await session.begin({ begin: 'eager' });
      expect((await session.execute(sql)).scalar()).toBe('tenant');
      await session.close();
    });
    const stream = new (pgDriver(engine).Client)().query(new QueryStream(sql));
    expect(await stream.toArray()).toEqual([{ name: 'tenant' }]);
    await engine.execute('create table made (n int)');
    await engine.execute('drop table tenant.made');
  });

  test('a statement that must be alone is sent alone', async () => {
    const engine = behind(pooler, { statementTimeoutMs: 60_000 });
    await engine.execute('vacuum things');
    await engine.execute('create index concurrently things_a on things (a)');
    const made = await direct.execute("select 1 from pg_indexes where indexname = 'things_a'");
    expect(made.rowCount).toBe(1);
  });

  test('the position that an error of several statements tells is that in the text', async () => {
    const engine = behind(pooler, { statementTimeoutMs: 60_000 });
    const refused = await engine
      .execute('select 1; select nonsense')
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ cause: { position: '18' } });
    expect(
      await new (pgDriver(engine).Client)().query('select 1 as a; select 2 as a'),
    ).toHaveLength(2);
  });

  test('options that are no settings are refused in words', async () => {
    const engine = behind(pooler, {}, '?options=-e');
    await expect(engine.execute('select 1')).rejects.toThrow('write settings, as -c name=value');
  });

  test('a library that names its statements is understood', async () => {
    const clients = [behind(narrow), behind(narrow)].map(
      (engine) => new (pgDriver(engine).Client)(),
    );
    for (let i = 0; i < 3; i++)
      for (const [n, client] of clients.entries()) {
        const { rows } = await client.query({ name: 'mine', text: `select ${n} as n` });
        expect(rows).toEqual([{ n }]);
      }
  });

  test('a client that leaves stops its statement', async () => {
    const connection = behind(pooler, { poolSize: 1 }).connect({ autobegin: true });
    const running = connection.execute('select pg_sleep(60) -- that leaves');
    const refused = running.catch((error: Error) => error.message);
    const active = (): Promise<number> =>
      direct
        .execute(
          "select 1 from pg_stat_activity where state = 'active' and query like '%-- that leaves' and pid <> pg_backend_pid()",
        )
        .then(({ rowCount }) => rowCount);
    await until(async () => (await active()) === 1);
    await connection.close({ cancel: true });
    expect(await refused).toBe('canceling statement due to user request');
    await until(async () => (await active()) === 0);
  });

  test('an answer that was lost behind the pooler is of unknown outcome', async () => {
    const way = await proxy(database.url);
    const own = await startPooler([], way.url);
    const engine = behind(own);
    await engine.execute('select 1');
    way.loseAnswerTo('set b = 1000');
    const lost = await engine
      .execute('update things set b = 1000 where id = 1')
      .catch((error: unknown) => error);
    expect(lost).toMatchObject({ reason: 'gone', outcomeUnknown: true });
    await own.stop();
    way.close();
  });
});

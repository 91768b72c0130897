import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Engine } from '@quartet/db-core';
import {
  createEngine,
  PendingRollbackError,
  ProgrammingError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { pgDriver } from '@quartet/db-core/drivers';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, expectWarning, freshDatabase } from '@quartet/testing';
import type { QueryConfig } from 'pg';

test('a URL may turn them off', () => {
  const { query } = createEngine('postgresql://localhost/app?preparedStatements=false').url;
  expect(query).toEqual({ preparedStatements: 'false' });
});

function fail(message: string): never {
  throw new Error(message);
}

/** How often data went to the server, and how often it said that it is ready, while `fn` ran. */
async function packetsOf(
  engine: Engine,
  fn: () => Promise<void>,
): Promise<{ sent: number; received: number }> {
  const driver = await engine.checkout();
  engine.checkin(driver, false);
  const { connection } = driver.client as unknown as {
    connection: EventEmitter & { stream: Socket };
  };
  const writes = (['_write', '_writev'] as const).map((name) =>
    jest.spyOn(connection.stream, name),
  );
  let received = 0;
  const count = (): void => void received++;
  connection.on('readyForQuery', count);
  await fn();
  connection.off('readyForQuery', count);
  const sent = writes.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  for (const spy of writes) spy.mockRestore();
  return { sent, received };
}

describeOn('postgres', 'prepared statements on a server', (server) => {
  let database: FreshDatabase;
  const engines: Engine[] = [];
  const engineWith = (options: object, query = ''): Engine => {
    const engine = createEngine(database.url + query, { poolSize: 1, ...options });
    engines.push(engine);
    return engine;
  };
  const prepared = async (engine: Engine): Promise<string[]> =>
    (
      await engine.execute(
        "select statement from pg_prepared_statements where statement not like '%pg_prepared%' order by prepare_time",
      )
    ).scalars();

  beforeAll(async () => {
    database = await freshDatabase(server);
    await engineWith({}).execute('create table things (id serial primary key, name text)');
  });
  afterAll(async () => {
    for (const engine of engines) await engine.dispose();
    await database.drop();
  });

  test('a statement that comes again is prepared; one that comes once, or with values in its text, is not', async () => {
    const engine = engineWith({});
    const sql = 'select name from things where id = $1';
    await engine.execute(sql, [1]);
    expect(await prepared(engine)).toEqual([]);
    await engine.execute(sql, [2]);
    await engine.execute(sql, [3]);
    for (let i = 0; i < 3; i++) {
      await engine.execute("select name from things where id = '7'");
      await engine.execute('select name from things limit 7');
      await engine.execute('select count(*) from things');
    }
    expect(await prepared(engine)).toEqual([sql, 'select count(*) from things']);
  });

  test('a library on the facade has its statements prepared too, those to which it gives names as well', async () => {
    const engine = engineWith({});
    const pool = new (pgDriver(engine).Pool)();
    for (let id = 1; id < 4; id++) await pool.query('select id from things where id = $1', [id]);
    for (let i = 0; i < 3; i++) await pool.query({ name: 'mine', text: 'select name from things' });
    expect(await prepared(engine)).toEqual([
      'select id from things where id = $1',
      'select name from things',
    ]);
  });

  test.each([
    ['the option', { preparedStatements: false }, ''],
    ['the URL', {}, '?preparedStatements=false'],
  ])('%s turns it off, for poolers', async (_by, options, query) => {
    const engine = engineWith(options, query);
    for (let id = 1; id < 4; id++) await engine.execute('select $1::int', [id]);
    expect(await prepared(engine)).toEqual([]);
  });

  test('a table changed by this engine gives its new columns at once', async () => {
    const engine = engineWith({});
    await engine.execute('create table growing (id int)');
    await engine.execute('insert into growing values (1)');
    for (let i = 0; i < 3; i++) await engine.execute('select * from growing');
    await engine.execute("alter table growing add column name text default 'a'");
    expect((await engine.execute('select * from growing')).columns).toEqual(['id', 'name']);
  });

  test('a table changed by somebody else: outside a transaction nobody notices, in one it is told once', async () => {
    const [engine, other] = [engineWith({}), engineWith({})];
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const select = 'select * from widening';
    await engine.execute('create table widening (id int)');
    for (let i = 0; i < 3; i++) await engine.execute(select);
    await other.execute('alter table widening add column a int');
    expect((await engine.execute(select)).columns).toEqual(['id', 'a']);
    for (let i = 0; i < 3; i++) await engine.execute(select);
    await other.execute('alter table widening add column b int');
    await runInScope(async () => {
      await Session.begin({ begin: 'eager' });
      const refused = await Session.execute(select).catch((error: unknown) => error);
      expect(refused).toMatchObject({ reason: 'schema-changed', retryable: true });
      await Session.rollback();
      expect((await Session.execute(select)).columns).toEqual(['id', 'a', 'b']);
    });
  });

  test('a name means its text, in whatever process, order or version of the schema', async () => {
    const texts = ['select $1::int as a', 'select $1::int as b'];
    const names = async (order: readonly string[], before = 'select 1'): Promise<unknown> => {
      const engine = engineWith({});
      await engine.execute(before);
      for (const text of [...order, ...order]) await engine.execute(text, [1]);
      const rows = await engine.execute(
        "select statement, name from pg_prepared_statements where statement like 'select $1%' order by 1",
      );
      return [...rows].map(({ statement, name }) => [statement, name]);
    };
    const one = (await names(texts)) as string[][];
    expect(new Set(one.map(([, name]) => name)).size).toBe(2);
    expect(await names(texts.toReversed())).toEqual(one);
    const other = (await names(texts, 'create table if not exists older (n int)')) as string[][];
    expect(other.map(([text]) => text)).toEqual(texts);
    for (const [, name] of other) expect(one.flat()).not.toContain(name);
  });

  test('where a name is lost, it is said once, and the work is done without names', async () => {
    expectWarning('sends statements without names from now on');
    const engine = engineWith({});
    const [one, other] = ['select $1::int + 1', 'select $1::int + 2'] as const;
    for (const text of [one, one, other, other]) await engine.execute(text, [1]);
    const Session = scopedSession(sessionmaker({ bind: engine }));
    await runInScope(async () => {
      await Session.execute('deallocate all');
      const refused = await Session.execute(one, [1]).catch((error: unknown) => error);
      expect(refused).toMatchObject({ reason: 'schema-changed', retryable: true });
      await Session.rollback();
      for (const text of [one, other, one, other])
        expect((await Session.execute(text, [1])).rowCount).toBe(1);
    });
    await expect(engine.execute('execute nothing')).rejects.toThrow(ProgrammingError);
  });

  test.each(['outside a transaction', 'in one'])(
    'a name is free again when a value could not be bound, %s',
    async (where) => {
      const engine = engineWith({});
      scopedSession(sessionmaker({ bind: engine }));
      const client = new (pgDriver(engine).Client)();
      const text = `select $1::text as "${where}"`;
      const ask = async (value: unknown): Promise<unknown> =>
        await client.query(text, [value]).then(
          ({ rowCount }) => rowCount,
          (error: Error) => error.message,
        );
      const unbound = { toPostgres: () => fail('unbound') };
      const all = async (): Promise<unknown[]> => {
        const answers = [];
        for (const value of ['a', unbound, 'b', 'c', unbound, 'd']) answers.push(await ask(value));
        return answers;
      };
      const answers = where === 'in one' ? await runInScope(all) : await all();
      expect(answers).toEqual([1, 'unbound', 1, 1, 'unbound', 1]);
    },
  );

  test.each([
    ['a text', 'select name from things', [], 0],
    ['with values', 'select name from things where id = $1', [1], 0],
    ['prepared', 'select id from things where id = $1', [1], 3],
  ])(
    'BEGIN and the first statement are one packet there and one back: %s',
    async (_, sql, params, before) => {
      const engine = engineWith({});
      for (let i = 0; i < before; i++) await engine.execute(sql, params);
      await runInScope(async () => {
        const session = sessionmaker({ bind: engine })();
        const told = await packetsOf(engine, async () => {
          const { columns, rowCount } = await session.execute(sql, params);
          expect({ columns: columns.length, rowCount }).toEqual({ columns: 1, rowCount: 0 });
        });
        expect(told).toEqual({ sent: 1, received: 1 });
        expect((await session.execute('select now() = statement_timestamp()')).scalar()).toBe(
          false,
        );
        await session.close();
      });
    },
  );

  test('a statement that could not be parsed with its BEGIN can be later', async () => {
    const [engine, other] = [engineWith({}), engineWith({})];
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const ask = () => Session.execute('select n from later where n = $1', [1]);
    await runInScope(async () => {
      for (let i = 0; i < 3; i++) {
        await expect(ask()).rejects.toThrow('"later" does not exist');
        await Session.rollback();
      }
      await other.execute('create table later as select 1 as n');
      expect((await ask()).rowCount).toBe(1);
    });
  });

  test.each([
    ['a text', 'select name from things', [], 0],
    ['with values', 'select name from things where id = $1', [1], 0],
    ['prepared', 'select id from things where id = $1', [1], 3],
    ['a write', "insert into things (name) values ('with settings')", [], 0],
  ])('settings travel in that packet: %s', async (_, sql, params, before) => {
    const settings = { 'app.tenant': "it's", 'app.user': 7 };
    for (const begin of ['on-first-statement', 'on-first-write'] as const) {
      const engine = engineWith({});
      for (let i = 0; i < before; i++) await engine.execute(sql, params);
      await runInScope(async () => {
        const session = sessionmaker({ bind: engine, settings, begin })();
        const told = await packetsOf(engine, async () => void (await session.execute(sql, params)));
        expect(told).toEqual({ sent: 1, received: 1 });
        const both = "select current_setting('app.tenant'), current_setting('app.user')";
        const [row] = (await session.execute(both)).all();
        expect([...(row ?? [])]).toEqual(["it's", '7']);
        await session.close();
      });
    }
  });

  test('BEGIN with settings and no statement behind it is one packet too', async () => {
    const engine = engineWith({});
    await runInScope(async () => {
      const session = sessionmaker({ bind: engine, settings: { 'app.tenant': 'a' } })();
      const told = await packetsOf(engine, () => session.begin({ begin: 'eager' }));
      expect(told).toEqual({ sent: 1, received: 1 });
      expect((await session.execute("select current_setting('app.tenant')")).scalar()).toBe('a');
      await session.close();
    });
  });

  test('the position that an error tells is that in the statement', async () => {
    const Session = scopedSession(sessionmaker({ bind: engineWith({}) }));
    const inFirst = await runInScope(() =>
      Session.execute('select nonsense').catch((error: unknown) => error),
    );
    expect(inFirst).toMatchObject({ cause: { position: '8' } });
  });

  test('BEGIN travels with the first statement, whose failure leaves the session usable', async () => {
    const engine = engineWith({});
    const Session = scopedSession(sessionmaker({ bind: engine }));
    await runInScope(async () => {
      await expect(Session.execute('delete from nowhere')).rejects.toThrow('nowhere');
      await expect(Session.execute('select 1')).rejects.toThrow(/aborted/);
      await Session.rollback();
      await Session.execute("insert into things (name) values ('kept')");
      await Session.commit();
      await Session.execute("insert into things (name) values ('gone')");
    });
    const names = await engine.execute('select name from things');
    expect(names.scalars()).toEqual(['kept']);
  });

  test('several statements in one text come after their BEGIN', async () => {
    const engine = engineWith({});
    scopedSession(sessionmaker({ bind: engine }));
    const client = new (pgDriver(engine).Client)();
    await runInScope(async () => {
      const twice = "insert into things (name) values ('twice')";
      expect(await client.query(`${twice}; ${twice}`)).toHaveLength(2);
    });
    expect((await engine.execute("select 1 from things where name = 'twice'")).rowCount).toBe(0);
  });

  test('a statement that the driver itself refuses comes after its BEGIN', async () => {
    const engine = engineWith({});
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const client = new (pgDriver(engine).Client)();
    await runInScope(async () => {
      await expect(client.query('select $1', 'no list' as never)).rejects.toThrow(
        'must be an array',
      );
      await Session.execute("insert into things (name) values ('after it')");
      await Session.rollback();
    });
    const rows = await engine.execute("select 1 from things where name = 'after it'");
    expect(rows.rowCount).toBe(0);
  });

  test.each([
    ['a value that cannot be bound', [{ toPostgres: () => fail('unbound') }], undefined],
    ['a row that cannot be read', [1], { getTypeParser: () => () => fail('unread') }],
  ])('%s fails the first statement, and its transaction stands', async (_what, values, types) => {
    const engine = engineWith({});
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const client = new (pgDriver(engine).Client)();
    await runInScope(async () => {
      const query = client.query({ text: 'select $1::int', values, types } as QueryConfig);
      await expect(query).rejects.toThrow(/unbound|unread/);
      await Session.execute("insert into things (name) values ('unkept')");
    });
    const rows = await engine.execute("select 1 from things where name = 'unkept'");
    expect(rows.rowCount).toBe(0);
  });

  test('where BEGIN itself is refused, nothing that follows commits by itself', async () => {
    const engine = engineWith({});
    const Session = scopedSession(sessionmaker({ bind: engine }));
    await runInScope(async () => {
      await Session.begin({ isolationLevel: 'NONSENSE' as never });
      await expect(Session.execute('select 1')).rejects.toThrow('syntax error');
      const insert = Session.execute("insert into things (name) values ('by itself')");
      await expect(insert).rejects.toThrow(PendingRollbackError);
    });
    const rows = await engine.execute("select 1 from things where name = 'by itself'");
    expect(rows.rowCount).toBe(0);
  });

  test('a transaction given up while its BEGIN is under way leaves nothing behind', async () => {
    const engine = engineWith({});
    const Session = scopedSession(sessionmaker({ bind: engine }));
    await runInScope(async () => {
      await Session.begin({ begin: 'eager' });
      await Session.rollback();
      await Session.begin({ begin: 'eager' });
    });
    await engine.execute("insert into things (name) values ('committed by itself')");
    const seen = await engineWith({}).execute(
      "select 1 from things where name = 'committed by itself'",
    );
    expect(seen.rowCount).toBe(1);
  });
});

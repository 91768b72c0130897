/** Streams and cursors hold connections: not all of the pool, and none for ever. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Engine, EngineOptions } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  OperationalError,
  PoolTimeoutError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, expectWarning, freshDatabase, until } from '@quartet/testing';
import QueryStream from 'pg-query-stream';

/** What a query stream reads from: pg-cursor's own class. */
interface Cursor {
  read(n: number): Promise<unknown[]>;
}

const onPostgres = (engine: Engine): Readable =>
  new (pgDriver(engine).Client)().query(
    new QueryStream('select generate_series(1, 1000000)::int as n'),
  );
const onMariadb = (engine: Engine): Readable =>
  mysql2Driver(engine).createConnection({}).query('select seq as n from seq_1_to_1000000').stream();

describeOn('postgres', 'limits of streams on PostgreSQL', () => limits('postgres', onPostgres));
describeOn('mariadb', 'limits of streams on MariaDB', () => limits('mariadb', onMariadb));

test('a limit that is no number above 0 is refused', () => {
  expect(() => createEngine('sqlite://', { maxStreams: 0 })).toThrow(ArgumentError);
  expect(() => createEngine('sqlite://', { streamTimeoutMs: -1 })).toThrow(ArgumentError);
});

function limits(name: 'postgres' | 'mariadb', open: (engine: Engine) => Readable): void {
  let database: FreshDatabase;
  const engines: Engine[] = [];

  function make(options: EngineOptions = {}): Engine {
    const engine = createEngine(database.url, { poolSize: 3, acquireTimeoutMs: 300, ...options });
    engines.push(engine);
    return engine;
  }
  const begun = async (stream: Readable): Promise<Readable> => {
    await once(stream, 'readable');
    return stream;
  };
  /** It may be ended before its first row. */
  const reading = (stream: Readable): Readable => stream.once('readable', () => undefined);
  const failure = async (stream: Readable): Promise<unknown> => {
    const [error] = (await once(stream, 'error').catch((thrown: unknown) => [thrown])) as [unknown];
    return error;
  };

  beforeAll(async () => {
    database = await freshDatabase(name);
  });
  afterAll(async () => {
    for (const engine of engines) await engine.dispose();
    await database.drop();
  });

  test('leave a connection for others, however many ask', async () => {
    const engine = make();
    const read = [await begun(open(engine)), await begun(open(engine))];
    const late = open(engine);
    expect(await failure(late)).toBeInstanceOf(PoolTimeoutError);
    expect((await engine.execute('select 1')).scalar()).toBe(1);
    for (const stream of read) stream.destroy();
    await until(() => engine.status().inUse === 0);
    (await begun(open(engine))).destroy(); // the places are free again
  });

  test('let one that waits begin when another ends', async () => {
    const engine = make({ maxStreams: 1, acquireTimeoutMs: 60_000 });
    const first = await begun(open(engine));
    const second = open(engine);
    expect((await engine.execute('select 1')).scalar()).toBe(1);
    first.destroy();
    (await begun(second)).destroy();
  });

  test('refuse at once the one that would hold a connection while it waits', async () => {
    const engine = make({ maxStreams: 1, acquireTimeoutMs: 60_000 });
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const first = await begun(open(engine));
    await runInScope(async () => {
      Session({ begin: 'on-first-statement' });
      await Session.execute('select 1'); // holds a connection
      expect(await failure(open(engine))).toBeInstanceOf(PoolTimeoutError);
    });
    first.destroy();
  });

  test('end one that is read for too long, with an error', async () => {
    const engine = make({ streamTimeoutMs: 50 });
    const error = await failure(reading(open(engine)));
    expect(error).toBeInstanceOf(OperationalError);
    expect(String(error)).toContain('streamTimeoutMs');
    await until(() => engine.status().inUse === 0);
    expect((await engine.execute('select 1')).scalar()).toBe(1);
  });

  test('end one without a listener for errors, not the process', async () => {
    const engine = make({ streamTimeoutMs: 50 });
    expectWarning('streamTimeoutMs');
    const stream = reading(open(engine));
    let ended = false;
    stream.on('end', () => (ended = true));
    await new Promise((closed) => stream.once('close', closed));
    expect(ended).toBe(false);
    await until(() => engine.status().inUse === 0);
  });

  if (name !== 'postgres') return;
  test('give a cursor that is read for too long an error, not the end of its rows', async () => {
    const engine = make({ streamTimeoutMs: 50 });
    const { cursor } = new QueryStream(
      'select generate_series(1, 1000000)::int as n',
    ) as unknown as {
      cursor: Cursor;
    };
    new (pgDriver(engine).Client)().query(cursor as never);
    await Promise.allSettled([cursor.read(1)]); // it may be ended before its first row
    await until(() => engine.status().inUse === 0);
    await expect(cursor.read(1)).rejects.toThrow('Connection terminated');
  });
}

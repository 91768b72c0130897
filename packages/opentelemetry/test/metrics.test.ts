import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { createEngine, PoolTimeoutError } from '@quartet/db-core';
import type { Engine } from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import { QuartetInstrumentation } from '@quartet/opentelemetry';
import { Telemetry } from './support';

const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

describe.each(testEngines())('on $name', ({ name }) => {
  let telemetry: Telemetry;
  let database: FreshDatabase;
  let engine: Engine;

  beforeEach(async () => {
    telemetry = new Telemetry();
    database = await freshDatabase(name);
    engine = createEngine(database.url, { poolSize: 2, acquireTimeoutMs: 50 });
  });
  afterEach(async () => {
    await engine.dispose();
    await telemetry.stop();
    await database.drop();
  });

  test('durations of statements, in seconds, by operation, with failures apart', async () => {
    await engine.execute('create table t (n integer)');
    await engine.execute('select * from t where n = 1');
    await engine.execute('select * from t where n = 2');
    await engine.execute('select * from missing').catch(() => undefined);
    const metric = await telemetry.metric('db.client.operation.duration');
    expect(metric.descriptor.unit).toBe('s');
    const points = await telemetry.histograms('db.client.operation.duration');
    const of = (summary: string) => {
      const found = points.filter(({ attributes }) => attributes['db.query.summary'] === summary);
      expect(found).toHaveLength(1);
      return found[0];
    };
    expect(of('SELECT t')?.value).toMatchObject({ count: 2, buckets: { boundaries: BUCKETS } });
    expect(of('SELECT t')?.value.sum).toBeLessThan(60);
    expect(of('CREATE TABLE t')?.attributes).toMatchObject({ 'db.operation.name': 'CREATE' });
    expect(of('SELECT missing')?.attributes['error.type']).toMatch(/^(SQLITE_ERROR|42P01|1146)$/);
  });

  test('connections of the pool by state, who waits, and waits that end in vain', async () => {
    const pool = {
      'db.client.connection.pool.name':
        name === 'sqlite'
          ? engine.url.database
          : `127.0.0.1:${engine.url.port}/${engine.url.database}`,
    };
    const [first, second] = [engine.connect(), engine.connect()];
    await first.open();
    await second.open();
    await expect(engine.execute('select 1')).rejects.toBeInstanceOf(PoolTimeoutError);
    await second.close();
    const counts = await telemetry.points('db.client.connection.count');
    const at = (state: string) =>
      counts.find(({ attributes }) => attributes['db.client.connection.state'] === state);
    expect(at('used')).toMatchObject({ value: 1, attributes: pool });
    expect(at('idle')).toMatchObject({ value: 1, attributes: pool });
    expect(await telemetry.points('db.client.connection.max')).toMatchObject([
      { value: 2, attributes: pool },
    ]);
    expect(await telemetry.points('db.client.connection.pending_requests')).toMatchObject([
      { value: 0 },
    ]);
    expect(await telemetry.points('db.client.connection.timeouts')).toMatchObject([
      { value: 1, attributes: pool },
    ]);
    const waits = await telemetry.histograms('db.client.connection.wait_time');
    expect(waits).toMatchObject([{ attributes: pool, value: { count: 2 } }]);
    await first.close();
    await engine.dispose();
    telemetry.forget();
    const later = createEngine(database.url);
    await later.ready();
    expect(await telemetry.points('db.client.connection.max')).toMatchObject([
      { value: 10 - (name === 'sqlite' ? 6 : 0) },
    ]);
    await later.dispose();
  });

  test('transactions by their outcome', async () => {
    await engine.execute('create table t (n integer)');
    await engine.begin((connection) => connection.execute('insert into t values (1)'));
    await engine
      .begin(async (connection) => {
        await connection.execute('insert into t values (2)');
        throw new Error('no');
      })
      .catch(() => undefined);
    const points = await telemetry.histograms('quartet.transaction.duration');
    const counts = points.map(({ attributes, value }) => [
      attributes['quartet.transaction.outcome'],
      value.count,
    ]);
    expect(Object.fromEntries(counts)).toEqual({ commit: 1, rollback: 1 });
  });
});

test('an option that it does not know is refused', () => {
  expect(() => new QuartetInstrumentation({ requireParent: true } as object)).toThrow(
    /did you mean 'requireParentSpan'/,
  );
});

test('the SDK registers it as one of its own, and ends it', async () => {
  const telemetry = new Telemetry({ enabled: false });
  const { tracerProvider, meterProvider } = telemetry;
  const instrumentation = new QuartetInstrumentation({ enabled: false });
  const end = registerInstrumentations({
    instrumentations: [instrumentation],
    tracerProvider,
    meterProvider,
  });
  const engine = createEngine('sqlite://');
  await engine.execute('select 1');
  end();
  await engine.execute('select 2');
  await engine.dispose();
  expect(telemetry.spans.map(({ name }) => name)).toEqual(['SELECT']);
  await telemetry.stop();
});

test('it can be made without being at work', () => {
  const instrumentation = new QuartetInstrumentation({ enabled: false });
  expect(instrumentation).toMatchObject({
    instrumentationName: '@quartet/opentelemetry',
    instrumentationVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
  expect(instrumentation.getConfig()).toEqual({ enabled: false });
});

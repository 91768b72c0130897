import type { Engine } from '@quartet/db-core';
import { PoolTimeoutError, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { poolNameOf, PrometheusMetrics } from '@quartet/db-core/observe';
import type { ScrapedFamily, ScrapedSample } from '@quartet/testing';
import { parseExposition } from '@quartet/testing';
import { expose, Histogram } from '../src/observe/exposition';
import { onEachEngine } from './support';

/** What a scrape gives now. */
class Scrape {
  readonly families: Map<string, ScrapedFamily>;

  constructor(metrics: PrometheusMetrics) {
    this.families = parseExposition(String(metrics));
  }

  /** The one sample that has these labels among its own. */
  value(name: string, labels: Readonly<Record<string, string>> = {}, part = ''): number {
    const has = (sample: ScrapedSample): boolean =>
      sample.name === name + part &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
    const found = this.families.get(name)?.samples.filter(has) ?? [];
    if (found.length === 1) return found[0]?.value ?? NaN;
    throw new Error(`${found.length} samples ${name}${part} ${JSON.stringify(labels)}`);
  }

  count(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.value(name, labels, '_count');
  }
}

onEachEngine((fixture) => {
  let engine: Engine;
  let metrics: PrometheusMetrics;

  beforeEach(() => {
    engine = fixture.another({ poolSize: 2, acquireTimeoutMs: 50 });
    metrics = new PrometheusMetrics([engine]);
  });
  afterEach(() => metrics.stop());

  const outcomes = (): Record<string, number> => {
    const scrape = new Scrape(metrics);
    return Object.fromEntries(
      ['commit', 'rollback', 'unknown'].map((outcome) => [
        outcome,
        scrape.count('quartet_transaction_duration_seconds', {
          quartet_transaction_outcome: outcome,
        }),
      ]),
    );
  };

  test('before anything was done every series that can be known is there, at 0', () => {
    const scrape = new Scrape(metrics);
    expect(outcomes()).toEqual({ commit: 0, rollback: 0, unknown: 0 });
    for (const state of ['idle', 'used'])
      expect(
        scrape.value('db_client_connection_count', { db_client_connection_state: state }),
      ).toBe(0);
    expect(
      scrape.value('db_client_connection_max', {
        db_client_connection_pool_name: poolNameOf(engine),
      }),
    ).toBe(2);
    for (const name of [
      'db_client_connection_timeouts_total',
      'quartet_sessions_total',
      'quartet_connections_opened_total',
    ])
      expect(scrape.value(name)).toBe(0);
  });

  test('connections in use and idle, who waits, and waits in vain', async () => {
    const [first, second] = [engine.connect(), engine.connect()];
    await first.open();
    await second.open();
    const waiting = engine.execute('select 1');
    expect(new Scrape(metrics).value('db_client_connection_pending_requests')).toBe(1);
    await expect(waiting).rejects.toBeInstanceOf(PoolTimeoutError);
    await second.close();
    const scrape = new Scrape(metrics);
    expect(scrape.value('db_client_connection_pending_requests')).toBe(0);
    expect(scrape.value('db_client_connection_count', { db_client_connection_state: 'used' })).toBe(
      1,
    );
    expect(scrape.value('db_client_connection_count', { db_client_connection_state: 'idle' })).toBe(
      1,
    );
    expect(scrape.value('db_client_connection_timeouts_total')).toBe(1);
    expect(scrape.value('quartet_connections_opened_total')).toBe(2);
    expect(scrape.count('db_client_connection_wait_time_seconds')).toBe(2);
    await first.close();
  });

  test('sessions, and transactions by their outcome', async () => {
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const insert = (name: string): Promise<unknown> =>
      Session.execute('insert into items (name) values (?)', [name]);
    for (const name of ['a', 'b'])
      await runInScope(async () => {
        await insert(name);
        await Session.commit();
      });
    await runInScope(() => insert('c'));
    expect(outcomes()).toEqual({ commit: 2, rollback: 1, unknown: 0 });
    expect(new Scrape(metrics).value('quartet_sessions_total')).toBe(3);
  });

  if (fixture.name === 'mariadb') {
    test('a transaction that the database has committed by itself is counted once', async () => {
      const work = engine.begin(async (connection) => {
        await connection.execute("insert into items (name) values ('a')");
        await connection.execute('create table items (n integer)'); // commits, then fails
      });
      await expect(work).rejects.toThrow(/already exists/);
      const scrape = new Scrape(metrics);
      const ended = { quartet_transaction_outcome: 'implicit-commit' };
      expect(scrape.count('quartet_transaction_duration_seconds', ended)).toBe(1);
      expect(outcomes()).toEqual({ commit: 0, rollback: 0, unknown: 0 });
    });
  }

  test('statements by operation, with failures apart by the database’s code', async () => {
    await engine.execute('select 1');
    await engine.execute('select 2');
    await engine.execute("insert into items (name) values ('a')");
    await engine.execute("insert into items (name) values ('a')").catch(() => undefined);
    const scrape = new Scrape(metrics);
    const { samples } = scrape.families.get(
      'db_client_operation_duration_seconds',
    ) as ScrapedFamily;
    const counts = samples
      .filter(({ name }) => name.endsWith('_count'))
      .map(({ labels, value }) => [labels['db_operation_name'], labels['error_type'], value]);
    const code = { sqlite: 'SQLITE_CONSTRAINT_UNIQUE', postgres: '23505', mariadb: '1062' }[
      fixture.name
    ];
    expect(counts).toEqual([
      // MariaDB is asked which columns the violated key has.
      ['SELECT', undefined, fixture.name === 'mariadb' ? 3 : 2],
      ['INSERT', undefined, 1],
      ['INSERT', code, 1],
    ]);
    const sum = scrape.value(
      'db_client_operation_duration_seconds',
      { db_operation_name: 'SELECT' },
      '_sum',
    );
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(60); // seconds
  });

  test('engines on one database have names of their own, and one that is given twice is one', () => {
    const other = fixture.another();
    const both = new PrometheusMetrics([engine, other, engine]);
    const maxima = new Scrape(both).families.get('db_client_connection_max')?.samples ?? [];
    const name = poolNameOf(engine);
    expect(maxima.map(({ labels }) => labels['db_client_connection_pool_name'])).toEqual([
      name,
      `${name}#2`,
    ]);
    both.stop();
  });

  test('once stopped it counts nothing, and the engine measures nothing', async () => {
    metrics.stop();
    expect(engine.observes('query')).toBe(false);
    await engine.execute('select 1');
    expect(new Scrape(metrics).families.has('db_client_operation_duration_seconds')).toBe(false);
  });

  test('however many kinds of statements there are, series stay few', async () => {
    for (let i = 0; i < 250; i++) await engine.execute(`bogus${i}`).catch(() => undefined);
    const { samples } = new Scrape(metrics).families.get(
      'db_client_operation_duration_seconds',
    ) as ScrapedFamily;
    const counts = samples.filter(({ name }) => name.endsWith('_count'));
    expect(counts.length).toBeLessThanOrEqual(201);
    expect(counts.reduce((total, { value }) => total + value, 0)).toBe(250);
  });
});

test('labels and help are escaped, and values lie in the bucket of the first limit that is not below them', () => {
  const histogram = new Histogram([1, 2]);
  const series = histogram.series({ path: 'a"b\\c\nd' });
  for (const value of [0.5, 1, 1.5, 3]) series.observe(value);
  const text = expose([
    { name: 'h', type: 'histogram', help: 'Back\\slash\nline', samples: histogram.samples() },
  ]);
  const family = parseExposition(text).get('h');
  expect(family?.help).toBe('Back\\\\slash\\nline');
  expect(family?.samples.map(({ value }) => value)).toEqual([2, 3, 4, 6, 4]);
  expect(family?.samples.every(({ labels }) => labels['path'] === 'a"b\\c\nd')).toBe(true);
});

import { OperationalError } from '@quartet/db-core';
import { createDialect } from '../src/dialects/create-dialect';
import type { DriverConnection } from '../src/dialects/driver-connection';
import { parseDatabaseUrl } from '../src/dialects/url';
import { Pool } from '../src/engine/pool';
import { IsolatedConnection } from '../src/testing/isolated-connection';

const url = parseDatabaseUrl('sqlite://');
const dialect = createDialect([url], {});
const options = {
  poolSize: 2,
  acquireTimeoutMs: 200,
  prePing: false,
  recycleSeconds: 0,
  idleTimeoutMs: 0,
  minPoolSize: 0,
};
const refusal = (): OperationalError =>
  new OperationalError('No connection to the database.', { reason: 'unavailable' });

afterAll(() => dialect.dispose?.());

/** A handle that gives no sign of life. */
class SilentConnection extends IsolatedConnection {
  readonly #pings: DriverConnection[];

  /** @param pings gets this connection each time it is asked */
  constructor(inner: DriverConnection, pings: DriverConnection[]) {
    super(inner);
    this.#pings = pings;
  }

  override ping(): Promise<void> {
    this.#pings.push(this);
    return Promise.reject(new Error('no answer'));
  }
}

/** A pool of real handles, the opening of which fails as often as it is told to. */
function poolWith({ isLimit = false } = {}) {
  const source = {
    failures: 0,
    synchronous: true,
    async connect(): Promise<DriverConnection> {
      if (source.failures > 0) {
        source.failures--;
        throw refusal();
      }
      return dialect.connect(url);
    },
    isConnectionLimit: () => isLimit,
  };
  return { pool: new Pool(source, options), source };
}

test('a place that could not be filled goes to whoever waits, in the order of asking', async () => {
  const { pool, source } = poolWith();
  source.failures = 2;
  const asked = [1, 2, 3, 4].map(async () => pool.acquire());
  const served: number[] = [];
  asked.forEach(
    (one, i) =>
      void one.then(
        () => served.push(i),
        () => undefined,
      ),
  );
  const [first, second, third, fourth] = await Promise.allSettled(asked);
  expect([first?.status, second?.status]).toEqual(['rejected', 'rejected']);
  expect([third?.status, fourth?.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(served).toEqual([2, 3]);
  await pool.dispose();
});

test('where the server grants fewer connections than the pool would hold, those there are serve everybody', async () => {
  const { pool, source } = poolWith({ isLimit: true });
  const only = await pool.acquire();
  source.failures = 1;
  const waiting = pool.acquire();
  await new Promise(setImmediate);
  expect(pool.status).toMatchObject({ size: 1, waiting: 1 });
  pool.release(only);
  expect(await waiting).toBe(only);
  await pool.dispose();
});

test('without any connection a refusal is told at once, and a wait in vain says what the server said', async () => {
  const { pool, source } = poolWith({ isLimit: true });
  source.failures = 1;
  await expect(pool.acquire()).rejects.toThrow('No connection to the database.');
  await pool.acquire();
  source.failures = 100;
  await expect(pool.acquire()).rejects.toThrow(
    /within 200 ms: 1 of the pool's 2 were in use.*No connection to the database/,
  );
  await pool.dispose();
});

test('where one idle connection gives no sign of life, none that lay idle beside it is asked', async () => {
  const pings: DriverConnection[] = [];
  const opened: DriverConnection[] = [];
  const pool = new Pool(
    {
      synchronous: false,
      isConnectionLimit: () => false,
      async connect() {
        const real = await dialect.connect(url);
        const silent = new SilentConnection(real, pings);
        opened.push(silent);
        return silent;
      },
    },
    { ...options, poolSize: 3, prePing: true },
  );
  const [a, b, c] = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
  for (const each of [a, b, c]) pool.release(each);
  const fresh = await pool.acquire();
  expect(pings).toHaveLength(1);
  expect(opened.indexOf(fresh)).toBe(3);
  expect(pool.status).toMatchObject({ size: 1, idle: 0, inUse: 1 });
  pool.release(fresh);
  await pool.dispose();
});

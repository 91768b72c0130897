/**
 * Tests that leave nothing behind: everything inside, commits included, is rolled back at the end. One
 * connection serves all of it, in one transaction; what the code takes for its transactions are savepoints.
 *
 * Ports Flask-SQLAlchemy-Lite's `test_isolation`, and SQLAlchemy's recipe for joining a session into an
 * external transaction.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#joining-a-session-into-an-external-transaction-such-as-for-test-suites
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverConnection } from '../dialects/driver-connection';
import type { Engine } from '../engine/engine';
import { InvalidRequestError } from '../errors/errors';
import { NO_SETTINGS } from '../sql/settings';
import { translateError } from '../dialects/translate-error';
import { IsolatedConnection } from './isolated-connection';

/** How long what was started inside may take to end. */
const IDLE_TIMEOUT_MS = 2_000;

const isolated = new WeakSet<Engine>();

/** What {@link beginTestIsolation} gives. */
export interface TestIsolation {
  /**
   * Rolls back all that was done on the engine since the beginning. Safe to call twice.
   *
   * @throws InvalidRequestError when something of it still uses the connection after two seconds.
   */
  end(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * From now on until `end()` everything on this engine, through any library, is in one transaction, which is rolled back
 * then. Commits are real to the code and gone afterwards; isolation levels and access modes asked for have no effect.
 *
 * There is one connection: code that needs two at a time (a query outside the session while the session has
 * a transaction open) waits for it until `acquireTimeoutMs`. DDL on MariaDB commits by itself and is refused.
 *
 * @throws InvalidRequestError when connections of the engine are in use, or where it is isolated already.
 * @example
 * let isolation: TestIsolation;
 * beforeEach(async () => {
 *   isolation = await beginTestIsolation(engine);
 * });
 * afterEach(() => isolation.end());
 */
export async function beginTestIsolation(engine: Engine): Promise<TestIsolation> {
  if (isolated.has(engine)) {
    throw new InvalidRequestError(
      'This engine is isolated already: end the isolation before, since it cannot be nested.',
    );
  }
  if (engine.status().inUse > 0) {
    throw new InvalidRequestError(
      'Connections of this engine are in use: end what runs before, so that the isolation sees all of what follows.',
    );
  }
  isolated.add(engine);
  const driver = await openTransaction(engine).catch((error: unknown) => {
    isolated.delete(engine);
    throw error;
  });
  const connection = new IsolatedConnection(driver);
  const source = {
    synchronous: engine.dialect.synchronous,
    connect: async () => connection,
    isConnectionLimit: () => false,
  };
  const restore = engine.replacePool(source, 1);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= endIsolation(engine, driver, restore));
  return { end, [Symbol.asyncDispose]: end };
}

/**
 * Runs `fn` in an isolation of its own, see {@link beginTestIsolation}.
 *
 * @throws InvalidRequestError as `beginTestIsolation` and `end` do.
 * @example
 * test('a user is created', () => withTestIsolation(engine, async () => {
 *   await request(app).post('/users').send({ name: 'admin', email: 'admin@localhost' });
 *   expect(await runInScope(() => User.query.count())).toBe(1);
 * }));
 */
export async function withTestIsolation<T>(engine: Engine, fn: () => Promise<T>): Promise<T> {
  const isolation = await beginTestIsolation(engine);
  let value: T;
  try {
    value = await fn();
  } catch (error) {
    await isolation.end().catch(() => undefined); // the first error is the one to read
    throw error;
  }
  await isolation.end();
  return value;
}

async function openTransaction(engine: Engine): Promise<DriverConnection> {
  const driver = await engine.checkout();
  try {
    await driver.begin({ mayWrite: true, alone: true, settings: NO_SETTINGS });
    return driver;
  } catch (error) {
    engine.checkin(driver, true);
    throw translateError(error);
  }
}

async function endIsolation(
  engine: Engine,
  driver: DriverConnection,
  restore: () => Promise<void>,
): Promise<void> {
  const isIdle = await waitUntilIdle(engine);
  await restore();
  isolated.delete(engine);
  const broken = await rollBack(driver);
  engine.checkin(driver, broken || !isIdle);
  if (isIdle) return;
  throw new InvalidRequestError(
    `The connection is still in use ${IDLE_TIMEOUT_MS} ms after the end of the test isolation: await what is started inside, and close what is opened.`,
  );
}

/** Whether it failed. */
async function rollBack(driver: DriverConnection): Promise<boolean> {
  try {
    await driver.rollback();
    return false;
  } catch {
    return true;
  } finally {
    driver.transactionEnded();
  }
}

/** An answer reaches its client before the request is torn down: what is on its way is waited for. */
async function waitUntilIdle(engine: Engine): Promise<boolean> {
  const deadline = performance.now() + IDLE_TIMEOUT_MS;
  while (engine.status().inUse > 0) {
    if (performance.now() > deadline) return false;
    await sleep(1);
  }
  return true;
}

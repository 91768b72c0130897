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
import type { CursorResult, Dialect, DialectName, BeginMode } from '../dialects/dialect';
import type { DialectFacts } from '../dialects/facts';
import type { Engine } from '../engine/engine';
import { InvalidRequestError, PendingRollbackError } from '../errors/errors';
import { translateError } from '../errors/translate';

/** How long what was started inside may take to end. */
const PATIENCE_MS = 2_000;

/**
 * Runs `fn`, then rolls back whatever it did on this engine, through any library. Commits inside are real to
 * the code and gone afterwards; isolation levels and access modes asked for inside have no effect.
 *
 * There is one connection: code that needs two at a time (a query outside the session while the session has
 * a transaction open) waits for it until `acquireTimeoutMs`. DDL on MariaDB commits by itself and is refused.
 *
 * @throws InvalidRequestError when connections of the engine are in use before or stay in use afterwards, or when
 *   called inside itself.
 * @example
 * test('a user is created', () => withTestIsolation(engine, async () => {
 *   await request(app).post('/users').send({ name: 'admin', email: 'admin@localhost' });
 *   expect(await runInScope(() => User.query.count())).toBe(1);
 * }));
 */
export async function withTestIsolation<T>(engine: Engine, fn: () => Promise<T>): Promise<T> {
  if (engine.dialect instanceof IsolatedDialect) {
    throw new InvalidRequestError(
      'This engine is isolated already: withTestIsolation cannot be nested.',
    );
  }
  if (engine.status().inUse > 0) {
    throw new InvalidRequestError(
      'Connections of this engine are in use: end what runs before, so that withTestIsolation sees all of what follows.',
    );
  }
  const real = engine.dialect;
  const raw = await engine.checkout();
  const isolated = new IsolatedDialect(real, raw);
  try {
    await real.begin(raw, isolated, {}, true, true);
  } catch (error) {
    engine.checkin(raw, true);
    throw translateError(error);
  }
  const restore = engine.substitute(isolated);
  let value: T;
  let isHome: boolean;
  try {
    value = await fn();
  } finally {
    isHome = await comesHome(engine);
    await restore();
    const broken = await real.control(raw, 'ROLLBACK').then(
      () => false,
      () => true,
    );
    real.ended(raw, isolated);
    engine.checkin(raw, broken || !isHome);
  }
  if (isHome) return value;
  throw new InvalidRequestError(
    `The connection is still in use ${PATIENCE_MS} ms after the end of withTestIsolation: await whatever is started inside, and close what is opened.`,
  );
}

/** An answer reaches its client before the request is torn down: what is on its way is waited for. */
async function comesHome(engine: Engine): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (engine.status().inUse > 0) {
    if (performance.now() > deadline) return false;
    await sleep(1);
  }
  return true;
}

/** Pretends that the one connection is a pool of one, and savepoints are transactions. */
class IsolatedDialect implements Dialect<object> {
  readonly name: DialectName;
  readonly facts: DialectFacts;
  readonly defaultBegin: BeginMode;
  readonly defaultPoolSize = 1;
  readonly synchronous: boolean;
  readonly singleWriter: boolean;
  readonly serverVersion: string | undefined;
  readonly #real: Dialect<object>;
  readonly #raw: object;
  #sequence = 0;
  /** The savepoint that stands for the transaction under way. */
  #open: string | undefined;

  constructor(real: Dialect<object>, raw: object) {
    this.#real = real;
    this.#raw = raw;
    this.name = real.name;
    this.facts = real.facts;
    this.defaultBegin = real.defaultBegin;
    this.synchronous = real.synchronous;
    this.singleWriter = real.singleWriter;
    this.serverVersion = real.serverVersion;
  }

  placeholder(n: number): string {
    return this.#real.placeholder(n);
  }

  async connect(): Promise<object> {
    return this.#raw;
  }

  async close(): Promise<void> {
    // withTestIsolation borrowed it and gives it back
  }

  isAlive(raw: object): boolean {
    return this.#real.isAlive(raw);
  }

  ping(raw: object): Promise<void> {
    return this.#real.ping(raw);
  }

  connectionId(raw: object): number {
    return this.#real.connectionId(raw);
  }

  execute(
    raw: object,
    sql: string,
    params: readonly unknown[],
  ): Promise<CursorResult> | CursorResult {
    return this.#real.execute(raw, sql, params);
  }

  async control(raw: object, sql: string): Promise<void> {
    if (sql === 'ROLLBACK') await this.#undo(raw);
    else await this.#real.control(raw, sql);
  }

  async begin(raw: object): Promise<void> {
    const name = `isolated_${++this.#sequence}`;
    await this.#real.control(raw, `SAVEPOINT ${name}`);
    this.#open = name;
  }

  async commit(raw: object): Promise<void> {
    try {
      await this.#real.control(raw, `RELEASE SAVEPOINT ${this.#open}`);
    } catch (cause) {
      // PostgreSQL answers a real COMMIT in this state with a rollback; see PostgresqlDialect.commit.
      throw new PendingRollbackError(
        'A statement of this transaction had failed, so it cannot be committed.',
        { cause },
      );
    }
    this.#open = undefined;
  }

  ended(): void {
    // the real transaction goes on
  }

  isWrite(raw: object, sql: string): boolean {
    return this.#real.isWrite(raw, sql);
  }

  /** A statement for itself is undone for itself: on PostgreSQL its failure would end everything. */
  async autocommit<T>(raw: object, perform: (raw: object) => T | Promise<T>): Promise<T> {
    await this.begin(raw);
    try {
      const result = await perform(raw);
      this.#assertNotCommitted(raw, result);
      await this.commit(raw);
      return result;
    } catch (error) {
      if (this.#open) await this.#undo(raw);
      throw error;
    }
  }

  inTransaction(raw: object, result: unknown, error?: unknown): boolean | undefined {
    if (error === undefined) this.#assertNotCommitted(raw, result);
    else if (this.#real.inTransaction(raw, undefined, error) === false) return false;
    return this.#open !== undefined;
  }

  async #undo(raw: object): Promise<void> {
    if (!this.#open) return;
    await this.#real.control(raw, `ROLLBACK TO SAVEPOINT ${this.#open}`);
    await this.#real.control(raw, `RELEASE SAVEPOINT ${this.#open}`);
    this.#open = undefined;
  }

  #assertNotCommitted(raw: object, result: unknown): void {
    if (this.#real.inTransaction(raw, result) !== false) return;
    this.#open = undefined;
    throw new InvalidRequestError(
      'The database committed by itself in the middle of withTestIsolation (MariaDB does at DDL): make tables before it.',
    );
  }
}

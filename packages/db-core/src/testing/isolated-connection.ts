/** One driver connection inside one transaction that is never committed: savepoints stand for the transactions in it. */
import type { BeginRequest, CursorResult, DriverConnection } from '../dialects/driver-connection';
import type { ServerState } from '../dialects/server-state';
import type { Setting } from '../sql/settings';
import type { Statement } from '../sql/statement';
import { InvalidRequestError, PendingRollbackError } from '../errors/errors';

export class IsolatedConnection implements DriverConnection {
  readonly inner: DriverConnection;
  #sequence = 0;
  /** The savepoint that stands for the transaction under way. */
  #open: string | undefined;
  #lost = false;
  /** Takes back the settings of the transaction under way. */
  #takeBack: (() => Promise<void>) | undefined;

  constructor(inner: DriverConnection) {
    this.inner = inner;
  }

  get client(): object {
    return this.inner.client;
  }

  get id(): number {
    return this.inner.id;
  }

  get alive(): boolean {
    return this.inner.alive;
  }

  get inTransaction(): boolean {
    return this.#open !== undefined && !this.#lost;
  }

  get committedBeforeFailure(): boolean {
    return this.inner.committedBeforeFailure;
  }

  get reusable(): boolean {
    return this.alive;
  }

  loopTurn(): Promise<void> | undefined {
    return this.inner.loopTurn();
  }

  execute(sql: string, params: readonly unknown[]): Promise<CursorResult> | CursorResult {
    return this.inner.execute(sql, params);
  }

  /** A statement outside a transaction gets a savepoint: on PostgreSQL its failure would end the real transaction. */
  async autocommit<T>(statement: Statement, perform: () => T | Promise<T>): Promise<T> {
    await this.begin();
    try {
      const result = await perform();
      this.noteResult(result, statement);
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  isWrite(statement: Statement): boolean {
    return this.inner.isWrite(statement);
  }

  beforeWrite(): undefined {
    return undefined;
  }

  noteResult(result: unknown, statement: Statement): void {
    this.inner.noteResult(result, statement);
    if (this.inner.inTransaction !== false) return;
    this.#open = undefined;
    throw new InvalidRequestError(
      'The database committed by itself in the middle of withTestIsolation (MariaDB does at DDL): make tables before it.',
    );
  }

  noteError(error: unknown, statement?: Statement): void {
    this.inner.noteError(error, statement);
    this.#lost = this.inner.inTransaction === false;
  }

  completeError(...args: Parameters<DriverConnection['completeError']>): Promise<void> | undefined {
    return this.inner.completeError(...args);
  }

  async begin({ settings }: Partial<BeginRequest> = {}): Promise<void> {
    const name = `isolated_${++this.#sequence}`;
    await this.inner.savepoint(`SAVEPOINT ${name}`);
    this.#open = name;
    if (!settings?.length) return;
    try {
      this.#takeBack = await this.inner.setInside(settings);
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  async commit(): Promise<void> {
    try {
      await this.inner.savepoint(`RELEASE SAVEPOINT ${this.#open}`);
    } catch (cause) {
      // PostgreSQL answers a real COMMIT in this state with a rollback; see PostgresqlConnection.commit.
      throw new PendingRollbackError(
        'A statement of this transaction had failed, so it cannot be committed.',
        { cause },
      );
    }
    await this.#ended();
  }

  async rollback(): Promise<void> {
    if (!this.#open) return;
    await this.inner.savepoint(`ROLLBACK TO SAVEPOINT ${this.#open}`);
    await this.inner.savepoint(`RELEASE SAVEPOINT ${this.#open}`);
    await this.#ended();
  }

  /** What was set inside a savepoint would stay when it is released. */
  async #ended(): Promise<void> {
    this.#open = undefined;
    const takeBack = this.#takeBack;
    this.#takeBack = undefined;
    await takeBack?.();
  }

  setInside(settings: readonly Setting[]): Promise<() => Promise<void>> {
    return this.inner.setInside(settings);
  }

  async savepoint(sql: string): Promise<void> {
    await this.inner.savepoint(sql);
  }

  transactionEnded(): void {
    // the real transaction goes on
  }

  get node(): string | undefined {
    return this.inner.node;
  }

  get isToReadOnlyServer(): boolean {
    return this.inner.isToReadOnlyServer;
  }

  serverState(): Promise<ServerState> {
    return this.inner.serverState();
  }

  replayed(position: string, timeoutMs: number): Promise<string | undefined> {
    return this.inner.replayed(position, timeoutMs);
  }

  ping(): Promise<void> {
    return this.inner.ping();
  }

  cancel(): Promise<void> {
    return this.inner.cancel();
  }

  async close(): Promise<void> {
    // withTestIsolation has borrowed the connection and gives it back
  }

  destroy(): void {
    this.inner.destroy();
  }
}

/**
 * A handle of better-sqlite3 with its prepared statements.
 *
 * The driver is synchronous, so nothing may ever wait inside it: its own busy timeout is 0, writers of this process queue
 * in a {@link WriterLock}, `BEGIN IMMEDIATE` is sent just before the first write, and while another process holds the
 * lock it is tried again from a timer.
 */
import type Database from 'better-sqlite3';
import type { Setting } from '../../sql/settings';
import type { Statement } from '../../sql/statement';
import type { BeginWay } from '../../sql/transaction-options';
import type { BeginRequest, CursorResult, DriverConnection } from '../driver-connection';
import type { ServerState } from '../server-state';
import type { LoopBudget } from './loop-budget';
import type { WriterLock } from './writer-lock';
import { noteCircumstances } from '../driver-error';
import { isBusy, retryWhileBusy } from './busy';
import { isReadOnly, noSettings } from './errors';
import { assertIsolationLevel } from './isolation-level';
import { Pragmas } from './pragmas';
import { SqliteStatement } from './statement';

const STATEMENT_CACHE_LIMIT = 200;

/** The server is the process itself. */
const THIS_PROCESS: ServerState = {
  writable: true,
  isReplica: false,
  isInCluster: false,
  unfit: undefined,
  lagMs: 0,
  system: undefined,
};

/** What the connections of one engine share. */
export interface SqliteShared {
  readonly lock: WriterLock;
  readonly busyTimeoutMs: number;
  readonly loop: LoopBudget;
  readonly describe: (sql: string) => Statement;
}

/**
 * A handle of `better-sqlite3` with its prepared statements.
 *
 * @see https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md
 */
export class SqliteConnection implements DriverConnection {
  readonly client: Database.Database;
  readonly inner = this;
  readonly committedBeforeFailure = false;
  readonly node = undefined;
  readonly isToReadOnlyServer = false;
  readonly id: number;
  readonly #lock: WriterLock;
  readonly #loop: LoopBudget;
  readonly #busyTimeoutMs: number;
  readonly #describe: (sql: string) => Statement;
  readonly #statements = new Map<string, SqliteStatement>();
  /** The one that was asked for last, since each is asked for twice: whether it writes, and to run. */
  #last: { readonly text: string; readonly statement: SqliteStatement } | undefined;
  readonly #pragmas: Pragmas;
  #readOnlyTransaction = false;
  #destroyed = false;
  /** Whether a statement has set something on it beside pragmas: attached databases, temporary tables. */
  #changed = false;
  /** The wait for the right to write, while there is one. */
  #waiting: AbortController | undefined;

  constructor(client: Database.Database, id: number, shared: SqliteShared) {
    this.client = client;
    this.id = id;
    this.#lock = shared.lock;
    this.#busyTimeoutMs = shared.busyTimeoutMs;
    this.#loop = shared.loop;
    this.#describe = shared.describe;
    this.#pragmas = new Pragmas(client);
  }

  get alive(): boolean {
    return !this.#destroyed;
  }

  get inTransaction(): boolean {
    return this.client.inTransaction;
  }

  get reusable(): boolean {
    return this.alive && !this.inTransaction && !this.#changed && !this.#pragmas.differ;
  }

  loopTurn(): Promise<void> | undefined {
    return this.#loop.spend();
  }

  execute(sql: string, params: readonly unknown[]): CursorResult {
    return this.prepare(sql).execute(params);
  }

  /** A prepared statement, from the cache. SQLite prepares it anew by itself when the schema changes. */
  prepare(sql: string): SqliteStatement {
    if (this.#last?.text === sql && !this.#last.statement.isPragma) return this.#last.statement;
    const statement = this.#cached(sql);
    this.#last = { text: sql, statement };
    return statement;
  }

  #cached(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    const statement = known ?? this.#prepareNow(sql);
    if (statement.isPragma) return statement;
    if (this.#statements.size < STATEMENT_CACHE_LIMIT) {
      if (known) return known;
    } else this.#statements.delete(known ? sql : (this.#statements.keys().next().value as string));
    this.#statements.set(sql, statement); // last in line: when the cache is full, the one that was used longest ago goes
    return statement;
  }

  /** What a pragma answers is known when it is prepared, so none is kept here. */
  #prepareNow(sql: string): SqliteStatement {
    const description = this.#describe(sql);
    if (description.verb === 'PRAGMA')
      return this.#pragmas.prepare(description, !this.#changed && description.readsSchema);
    return new SqliteStatement(this.client, description);
  }

  /**
   * It may be tried again while another process writes.
   *
   * @throws OperationalError when that process does not end in time.
   */
  autocommit<T>(_statement: Statement, perform: () => T | Promise<T>): T | Promise<T> {
    try {
      return perform();
    } catch (error) {
      if (!isBusy(error)) throw error;
      return retryWhileBusy(perform, this.#busyTimeoutMs) as Promise<T>;
    }
  }

  isWrite({ text, standsOutside }: Statement): boolean {
    if (standsOutside) return false; // its `readonly` says nothing of that
    try {
      return !this.prepare(text).readonly;
    } catch {
      return true; // several statements in one string, or an error that the statement itself will report
    }
  }

  beforeWrite(): Promise<void> | undefined {
    if (this.#lock.tryAcquire(this)) return undefined;
    return this.#waitFor((signal) => this.#lock.acquire(this, signal));
  }

  noteResult(_result: unknown, { usesConnectionState, pragmaSet }: Statement): void {
    if (pragmaSet !== undefined) this.#pragmas.wasSet(pragmaSet);
    else if (usesConnectionState) this.#changed = true;
  }

  noteError(error: unknown): void {
    if (!this.#readOnlyTransaction && !this.client.readonly && isReadOnly(error)) {
      noteCircumstances(error, { readOnlyServer: true });
      this.#changed = true; // a new handle may find the file writable again
    }
  }

  completeError(): undefined {
    return undefined;
  }

  begin({ isolationLevel, readOnly, mayWrite, settings }: BeginRequest): Promise<void> | BeginWay {
    if (settings.length > 0) throw noSettings();
    if (isolationLevel) assertIsolationLevel(isolationLevel);
    if (readOnly) {
      this.client.pragma('query_only = ON');
      this.#readOnlyTransaction = true;
    }
    if (readOnly || !mayWrite) {
      this.prepare('BEGIN').run();
      return 'sent';
    }
    try {
      if (this.#lock.tryAcquire(this) && this.#atOnce('BEGIN IMMEDIATE')) return 'sent';
    } catch (error) {
      this.#lock.release(this);
      throw error;
    }
    return this.#beginInTurn();
  }

  /** Waits for the writers of this process, then for those of others. */
  async #beginInTurn(): Promise<void> {
    try {
      await this.#waitFor(async (signal) => {
        await this.#lock.acquire(this, signal);
        await retryWhileBusy(
          () => this.prepare('BEGIN IMMEDIATE').run(),
          this.#busyTimeoutMs,
          signal,
        );
      });
    } catch (error) {
      this.#lock.release(this);
      throw error;
    }
  }

  commit(): Promise<void> | undefined {
    if (this.#atOnce('COMMIT')) return undefined;
    return retryWhileBusy(() => void this.prepare('COMMIT').run(), this.#busyTimeoutMs);
  }

  rollback(): undefined {
    this.client.exec('ROLLBACK');
  }

  savepoint(sql: string): undefined {
    this.client.exec(sql);
  }

  async setInside(settings: readonly Setting[]): Promise<() => Promise<void>> {
    if (settings.length > 0) throw noSettings();
    return async () => undefined;
  }

  transactionEnded(): void {
    this.#lock.release(this);
    if (!this.#readOnlyTransaction) return;
    this.#readOnlyTransaction = false;
    if (this.alive) this.client.pragma('query_only = OFF');
  }

  async serverState(): Promise<ServerState> {
    return THIS_PROCESS;
  }

  async replayed(position: string): Promise<string> {
    return position;
  }

  async ping(): Promise<void> {
    this.execute('select 1', []);
  }

  /** A statement cannot be stopped, but a wait for the right to write can. */
  async cancel(): Promise<void> {
    this.#waiting?.abort();
  }

  async close(): Promise<void> {
    this.destroy();
  }

  destroy(): void {
    this.#destroyed = true;
    this.client.close();
  }

  async #waitFor(wait: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#waiting = new AbortController();
    try {
      await wait(this.#waiting.signal);
    } finally {
      this.#waiting = undefined;
    }
  }

  /** Whether it could be done without waiting for another process. */
  #atOnce(sql: string): boolean {
    try {
      this.prepare(sql).run();
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }
}

/**
 * SQLite through better-sqlite3: WAL, a few interchangeable handles, one writer at a time.
 *
 * The driver is synchronous, so nothing here may ever wait inside it: its own busy timeout is 0, writers
 * of this process queue in a {@link WriterLock}, `BEGIN IMMEDIATE` is sent just before the first write,
 * and when another process holds the lock we try again from a timer.
 *
 * @see https://www.sqlite.org/wal.html
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import Database from 'better-sqlite3';
import type { BeginMode, BeginWay, CursorResult, Dialect, TransactionOptions } from '../dialect';
import type { EngineOptions } from '../../engine/engine';
import type { DatabaseUrl } from '../url';
import { ArgumentError, OperationalError } from '../../errors/errors';
import { SqliteStatement } from './statement';
import { cancelled, WriterLock } from './writer-lock';

const STATEMENT_CACHE_LIMIT = 200;
const FIRST_RETRY_MS = 1;
const LAST_RETRY_MS = 50;
/** Statements whose `readonly` flag does not tell: they change the connection, or need to stand outside a transaction. */
const NOT_TRANSACTIONAL = /^\s*(?:PRAGMA|VACUUM|ATTACH|DETACH|ANALYZE|EXPLAIN)\b/i;

/** A database handle with its prepared statements. */
export interface SqliteHandle {
  readonly database: Database.Database;
  readonly statements: Map<string, SqliteStatement>;
  readonly id: number;
}

export class SqliteDialect implements Dialect<SqliteHandle> {
  readonly name = 'sqlite';
  readonly defaultBegin: BeginMode = 'on-first-write';
  readonly defaultPoolSize = 4;
  readonly synchronous = true;
  readonly singleWriter = true;
  serverVersion: string | undefined;
  readonly #file: string;
  readonly #temporary: string | undefined;
  readonly #busyTimeoutMs: number;
  readonly #lock: WriterLock;
  readonly #readOnly: boolean;
  /** Handles in a read-only transaction. */
  readonly #queryOnly = new WeakSet<Database.Database>();
  readonly #removeTemporary = (): void => this.dispose();
  /** Handles that wait to write, with whom they wait for; null once nobody needs it any more. */
  readonly #waiting = new Map<SqliteHandle, object | null>();
  #handles = 0;

  constructor(url: DatabaseUrl, options: EngineOptions) {
    this.#busyTimeoutMs = options.busyTimeoutMs ?? 5000;
    this.#lock = new WriterLock(this.#busyTimeoutMs);
    this.#readOnly = url.query['mode'] === 'ro';
    if (options.isolationLevel && options.isolationLevel !== 'SERIALIZABLE')
      throw unknownLevel(options.isolationLevel);
    if (url.database === ':memory:') {
      // Handles cannot share a database in memory: a temporary file in memory-backed storage serves instead.
      const base = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
      this.#temporary = fs.mkdtempSync(path.join(base, 'quartet-'));
      this.#file = path.join(this.#temporary, 'memory.db');
      process.once('exit', this.#removeTemporary);
    } else this.#file = path.resolve(url.database);
  }

  placeholder(): string {
    return '?';
  }

  async connect(): Promise<SqliteHandle> {
    let database: Database.Database;
    try {
      database = new Database(this.#file, { timeout: 0, readonly: this.#readOnly });
    } catch (cause) {
      const directory = path.dirname(this.#file);
      const why = fs.existsSync(directory)
        ? (cause as Error).message
        : `the folder ${directory} does not exist`;
      throw new OperationalError(`The SQLite file ${this.#file} cannot be opened: ${why}.`, {
        cause,
        reason: 'unavailable',
      });
    }
    try {
      if (!this.#readOnly) await this.#retry(() => database.pragma('journal_mode = WAL'));
      database.pragma(`synchronous = ${this.#temporary ? 'OFF' : 'NORMAL'}`);
      database.pragma('foreign_keys = ON');
      this.serverVersion ??= database.prepare<[], string>('select sqlite_version()').pluck().get();
    } catch (cause) {
      database.close();
      throw new OperationalError(
        `The SQLite file ${this.#file} cannot be used: ${(cause as Error).message}.`,
        { cause, reason: 'unavailable' },
      );
    }
    return { database, statements: new Map(), id: ++this.#handles };
  }

  async close({ database }: SqliteHandle): Promise<void> {
    database.close();
  }

  isAlive({ database }: SqliteHandle): boolean {
    return database.open;
  }

  async ping({ database }: SqliteHandle): Promise<void> {
    database.prepare('select 1').get();
  }

  /** A statement cannot be stopped, but a wait for the writer lock can. */
  async cancel(handle: SqliteHandle): Promise<void> {
    const owner = this.#waiting.get(handle);
    if (!owner) return;
    this.#waiting.set(handle, null);
    this.#lock.abandon(owner);
  }

  connectionId({ id }: SqliteHandle): number {
    return id;
  }

  execute(handle: SqliteHandle, sql: string, params: readonly unknown[]): CursorResult {
    return this.prepare(handle, sql).execute(params);
  }

  /** A prepared statement of this handle, from its cache. SQLite prepares it anew by itself when the schema changes. */
  prepare(handle: SqliteHandle, sql: string): SqliteStatement {
    const { statements, database } = handle;
    const known = statements.get(sql);
    if (statements.size < STATEMENT_CACHE_LIMIT) {
      if (known) return known;
    } else statements.delete(known ? sql : (statements.keys().next().value as string));
    const statement = known ?? new SqliteStatement(database, sql);
    statements.set(sql, statement); // last in line: when the cache is full, the one that was used longest ago goes
    return statement;
  }

  async control({ database }: SqliteHandle, sql: string): Promise<void> {
    database.exec(sql);
  }

  begin(
    handle: SqliteHandle,
    owner: object,
    options: TransactionOptions,
    write: boolean,
  ): Promise<void> | BeginWay {
    const { isolationLevel, readOnly } = options;
    if (isolationLevel && isolationLevel !== 'SERIALIZABLE') throw unknownLevel(isolationLevel);
    if (readOnly) {
      handle.database.pragma('query_only = ON');
      this.#queryOnly.add(handle.database);
    }
    if (readOnly || !write) {
      this.prepare(handle, 'BEGIN').run();
      return 'sent';
    }
    try {
      if (this.#lock.acquireNow(owner) && atOnce(() => this.#beginImmediate(handle))) return 'sent';
    } catch (error) {
      this.#lock.release(owner);
      throw error;
    }
    return this.#beginInTurn(handle, owner);
  }

  #beginImmediate(handle: SqliteHandle): void {
    this.prepare(handle, 'BEGIN IMMEDIATE').run();
  }

  /** Waits for the writers of this process, then for those of others. */
  async #beginInTurn(handle: SqliteHandle, owner: object): Promise<void> {
    this.#waiting.set(handle, owner);
    try {
      await this.#lock.acquire(owner);
      await this.#retry(() => this.#beginImmediate(handle), handle);
    } catch (error) {
      this.#lock.release(owner);
      throw error;
    } finally {
      this.#waiting.delete(handle);
    }
  }

  commit(handle: SqliteHandle): Promise<void> | undefined {
    const commit = (): void => void this.prepare(handle, 'COMMIT').run();
    return atOnce(commit) ? undefined : this.#retry(commit);
  }

  ended({ database }: SqliteHandle, owner: object): void {
    this.#lock.release(owner);
    if (database.open && this.#queryOnly.delete(database)) database.pragma('query_only = OFF');
  }

  isWrite(handle: SqliteHandle, sql: string): boolean {
    if (NOT_TRANSACTIONAL.test(sql)) return false;
    try {
      return !this.prepare(handle, sql).readonly;
    } catch {
      return true; // several statements in one string, or an error that the statement itself will report
    }
  }

  async beforeWrite(handle: SqliteHandle, owner: object): Promise<void> {
    this.#waiting.set(handle, owner);
    try {
      await this.#lock.acquire(owner);
    } finally {
      this.#waiting.delete(handle);
    }
  }

  /** A statement outside a transaction stands for itself: it may be tried again while another process writes. */
  autocommit<T>(
    handle: SqliteHandle,
    perform: (handle: SqliteHandle) => T | Promise<T>,
  ): T | Promise<T> {
    try {
      return perform(handle);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return this.#retry(() => perform(handle)) as Promise<T>;
    }
  }

  inTransaction({ database }: SqliteHandle): boolean {
    return database.inTransaction;
  }

  dispose(): void {
    if (!this.#temporary) return;
    process.removeListener('exit', this.#removeTemporary);
    fs.rmSync(this.#temporary, { recursive: true, force: true });
  }

  async #retry<T>(attempt: () => T, waiting?: SqliteHandle): Promise<T> {
    const deadline = performance.now() + this.#busyTimeoutMs;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
      if (waiting && this.#waiting.get(waiting) === null) throw cancelled();
    }
  }
}

/** Whether it could be done without waiting for another process. */
function atOnce(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('SQLITE_BUSY');
}

function unknownLevel(level: string): ArgumentError {
  return new ArgumentError(
    `SQLite transactions are always SERIALIZABLE: the isolation level ${level} cannot be had.`,
  );
}

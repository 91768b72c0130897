/**
 * SQLite through better-sqlite3: WAL, a few interchangeable handles, one writer at a time.
 *
 * @see https://www.sqlite.org/wal.html
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import Database from 'better-sqlite3';
import type { BeginMode } from '../../sql/transaction-options';
import type { Dialect } from '../dialect';
import type { DialectOptions } from '../options';
import type { DatabaseUrl } from '../url';
import { OperationalError } from '../../errors/errors';
import { createStatementReader } from '../../sql/statement';
import { checkBetterSqlite3 } from './better-sqlite3-version';
import { retryWhileBusy } from './busy';
import { SqliteConnection, type SqliteShared } from './connection';
import { sqliteFacts } from './facts';
import { assertIsolationLevel } from './isolation-level';
import { SQLITE_LEXICAL_RULES } from './lexical-rules';
import { LoopBudget } from './loop-budget';
import { makeTemporaryFile, removeTemporaryFile } from './temporary-file';
import { WriterLock } from './writer-lock';

export class SqliteDialect implements Dialect {
  readonly name = 'sqlite';
  readonly defaultPoolSize = 4;
  readonly synchronous = true;
  readonly singleWriter = true;
  readonly encrypted = false;
  serverVersion: string | undefined;
  readonly #file: string;
  readonly #isTemporary: boolean;
  readonly facts = sqliteFacts;
  readonly lexicalRules = SQLITE_LEXICAL_RULES;
  readonly describe = createStatementReader(SQLITE_LEXICAL_RULES);
  readonly #shared: SqliteShared;
  readonly #readOnly: boolean;
  readonly #mustExist: boolean;
  #opened = 0;
  /** Which file the first connection has opened. */
  #identity: string | undefined;

  constructor([url]: readonly [DatabaseUrl, ...DatabaseUrl[]], options: DialectOptions) {
    checkBetterSqlite3();
    const { busyTimeoutMs = 5000 } = options;
    this.#shared = {
      busyTimeoutMs,
      lock: new WriterLock(busyTimeoutMs),
      loop: new LoopBudget(),
      describe: this.describe,
    };
    const mode = url.query['mode']?.toLowerCase();
    this.#readOnly = mode === 'ro';
    this.#mustExist = mode === 'rw';
    if (options.isolationLevel) assertIsolationLevel(options.isolationLevel);
    this.#isTemporary = url.database === ':memory:';
    this.#file = this.#isTemporary ? makeTemporaryFile() : path.resolve(url.database);
  }

  placeholder(): string {
    return '?';
  }

  beginMode(): BeginMode {
    return 'on-first-write';
  }

  async connect(): Promise<SqliteConnection> {
    const client = this.#open();
    try {
      if (!this.#readOnly)
        await retryWhileBusy(() => client.pragma('journal_mode = WAL'), this.#shared.busyTimeoutMs);
      client.pragma(`synchronous = ${this.#isTemporary ? 'OFF' : 'NORMAL'}`);
      client.pragma('foreign_keys = ON');
      this.serverVersion ??= client.prepare<[], string>('select sqlite_version()').pluck().get();
    } catch (cause) {
      client.close();
      throw this.#unavailable('used', (cause as Error).message, cause);
    }
    this.#identity ??= identityOf(this.#file);
    return new SqliteConnection(client, ++this.#opened, this.#shared);
  }

  /** SQLite goes on in a file that was deleted, and what it writes is gone with the last connection. */
  isReplaced(): boolean {
    return this.#identity !== undefined && this.#identity !== identityOf(this.#file);
  }

  isConnectionLimit(): boolean {
    return false;
  }

  dispose(): void {
    if (this.#isTemporary) removeTemporaryFile(this.#file);
  }

  #open(): Database.Database {
    try {
      return new Database(this.#file, {
        timeout: 0,
        readonly: this.#readOnly,
        fileMustExist: this.#mustExist,
      });
    } catch (cause) {
      const directory = path.dirname(this.#file);
      const why = fs.existsSync(directory)
        ? (cause as Error).message
        : `the folder ${directory} does not exist`;
      throw this.#unavailable('opened', why, cause);
    }
  }

  #unavailable(done: string, why: string, cause: unknown): OperationalError {
    return new OperationalError(`The SQLite file ${this.#file} cannot be ${done}: ${why}.`, {
      cause,
      reason: 'unavailable',
    });
  }
}

/** Undefined where there is no file. */
function identityOf(file: string): string | undefined {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

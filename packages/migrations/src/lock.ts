/**
 * Allows one migrator at a time, with the database's own locks: the lock ends with its holder, even after a crash, and
 * no row stays behind that says "locked".
 */
import { createHash } from 'node:crypto';
import type { Connection, DialectName } from '@quartet/db-core';
import { OperationalError } from '@quartet/db-core';
import { MigrationLockedError } from './errors';

export interface LockOptions {
  /** How long to wait for another migrator; on SQLite it is the engine's `busyTimeoutMs` that counts. */
  readonly timeoutMs: number;
  /** Called once when the lock was not free at once. */
  readonly onWait: () => void;
}

const NOTICE_AFTER_MS = 300;
const POSTGRES_KEY = 20261121;

interface Lock {
  acquire(timeoutMs: number): Promise<boolean>;
  release(): Promise<unknown>;
}

/** Runs `fn` while no other migrator works on this database. @throws MigrationLockedError */
export async function withLock<T>(
  connection: Connection,
  { timeoutMs, onWait }: LockOptions,
  fn: () => Promise<T>,
): Promise<T> {
  const lock = LOCKS[connection.engine.dialect.name](connection);
  const notice = setTimeout(onWait, NOTICE_AFTER_MS);
  let acquired: boolean;
  try {
    acquired = await lock.acquire(timeoutMs);
  } finally {
    clearTimeout(notice);
  }
  if (!acquired) throw locked(timeoutMs);
  let value: T;
  try {
    value = await fn();
  } catch (error) {
    await lock.release().catch(() => undefined); // the lock ends with the connection
    throw error;
  }
  await lock.release();
  return value;
}

/** By database, since each has other means: the one place of this package that asks which it is. */
const LOCKS: Record<DialectName, (connection: Connection) => Lock> = {
  /**
   * The writer lock, held by a transaction around all migrations, each of which has a savepoint. Foreign keys
   * are off meanwhile, as SQLite's recipe for changing a table requires: dropping a table would delete the rows that refer to it.
   *
   * @see https://www.sqlite.org/lang_altertable.html#otheralter
   */
  sqlite: (connection) => ({
    async acquire() {
      await connection.execute('PRAGMA foreign_keys = OFF');
      try {
        await connection.begin({ begin: 'eager' });
        return true;
      } catch (error) {
        await connection.rollback(); // otherwise the next statement would try to begin again
        await connection.execute('PRAGMA foreign_keys = ON');
        if (isBusy(error)) return false;
        throw error;
      }
    },
    async release() {
      try {
        await connection.commit(); // a failed migration was undone to its savepoint; those before it stay
      } finally {
        await connection.execute('PRAGMA foreign_keys = ON');
      }
    },
  }),

  postgresql: (connection) => ({
    async acquire(timeoutMs) {
      await connection.execute(`set lock_timeout = ${Math.ceil(timeoutMs)}`);
      try {
        await connection.execute(`select pg_advisory_lock(${POSTGRES_KEY})`);
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      } finally {
        await connection.execute('reset lock_timeout');
      }
    },
    release: () => connection.execute(`select pg_advisory_unlock(${POSTGRES_KEY})`),
  }),

  mysql: (connection) => {
    // GET_LOCK holds for the whole server, so the name contains the database; the limit is 64 characters.
    const database = connection.engine.url.database;
    const name = `quartet_migrations.${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
    return {
      async acquire(timeoutMs) {
        const seconds = timeoutMs / 1000;
        const answer = await connection.execute('select get_lock(:name, :seconds)', {
          name,
          seconds,
        });
        return Number(answer.first()?.[0]) === 1;
      },
      release: () => connection.execute('select release_lock(:name)', { name }),
    };
  },
};

function isBusy(error: unknown): boolean {
  const sqlState = ((error as Error).cause as { code?: unknown } | undefined)?.code;
  return (
    sqlState === '55P03' || // PostgreSQL: lock_not_available
    (error instanceof OperationalError && error.reason === 'busy') ||
    String(sqlState ?? (error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
  );
}

function locked(timeoutMs: number): MigrationLockedError {
  return new MigrationLockedError(
    `another migrator, or on SQLite another writer, has been at work on this database for ${timeoutMs / 1000} s. ` +
      'Run the command again when it has ended.',
  );
}

/**
 * Allows one migrator at a time, with the database's own means. A lock ends with its holder, even after a crash: no row
 * stays behind that says "locked" for ever.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, DialectName, Engine } from '@quartet/db-core';
import { OperationalError } from '@quartet/db-core';
import { claimOf, isCluster, type Lock } from './claim';
import { MigrationError, MigrationLockedError } from './errors';

export interface LockOptions {
  /** How long to wait for another migrator; on SQLite it is the engine's `busyTimeoutMs` that counts. */
  readonly timeoutMs: number;
  /** Called once when the lock was not free at once. */
  readonly onWait: () => void;
}

const NOTICE_AFTER_MS = 300;
const TRY_AGAIN_AFTER_MS = 100;
const POSTGRES_KEY = 20261121;

/**
 * Runs `fn` while no other migrator works on this database.
 *
 * @param connection the one that `fn` works on
 * @param fn gets a check that the lock is still held
 * @throws MigrationLockedError
 */
export async function withLock<T>(
  engine: Engine,
  connection: Connection,
  { timeoutMs, onWait }: LockOptions,
  fn: (assertHeld: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const lock = await LOCKS[engine.dialect.name](engine, connection);
  const notice = setTimeout(onWait, NOTICE_AFTER_MS);
  try {
    await acquire(lock, timeoutMs);
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(notice);
  }
  let value: T;
  try {
    value = await fn(async () => await lock.assertHeld?.());
  } catch (error) {
    await lock.release().catch(() => undefined); // the lock ends with the connection
    throw error;
  }
  await lock.release();
  return value;
}

async function acquire(lock: Lock, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const late = performance.now() >= deadline;
    if (await lock.acquire(timeoutMs)) return;
    if (late || lock.waits) throw locked(timeoutMs);
    await delay(TRY_AGAIN_AFTER_MS * (0.5 + Math.random()));
  }
}

type MakeLock = (engine: Engine, connection: Connection) => Lock | Promise<Lock>;

/** By database, since each has other means: the one place of this package that asks which it is. */
const LOCKS: Record<DialectName, MakeLock> = {
  sqlite: (_engine, connection) => writerLock(connection),
  postgresql: transactionLock,
  mysql: async (engine, connection) =>
    (await isCluster(connection)) ? claimOf(engine) : serverLock(connection),
};

/**
 * The writer lock, held by a transaction around all migrations, each of which has a savepoint. Foreign keys
 * are off meanwhile, as SQLite's recipe for changing a table requires: dropping a table would delete the rows that refer to it.
 *
 * @see https://www.sqlite.org/lang_altertable.html#otheralter
 */
function writerLock(connection: Connection): Lock {
  let held = false;
  return {
    waits: true,
    async acquire() {
      await connection.execute('PRAGMA foreign_keys = OFF');
      try {
        await connection.begin({ begin: 'eager' });
        return (held = true);
      } catch (error) {
        await connection.rollback(); // otherwise the next statement would try to begin again
        await connection.execute('PRAGMA foreign_keys = ON');
        if (isBusy(error)) return false;
        throw error;
      }
    },
    async release() {
      if (!held) return;
      try {
        await connection.commit(); // a failed migration was undone to its savepoint; those before it stay
      } finally {
        await connection.execute('PRAGMA foreign_keys = ON');
      }
    },
  };
}

/**
 * Belongs to a transaction on a connection of its own: a pooler leads each transaction to another connection of the
 * server, but keeps one together. Who waits holds none, so that those who work have enough.
 */
function transactionLock(engine: Engine): Lock {
  if (engine.status().max < 2)
    throw new MigrationError(
      'migrating needs two connections, one of which holds the lock: set poolSize to 2 or more.',
    );
  const holder = engine.connect();
  return {
    async acquire() {
      await holder.begin({ begin: 'eager' });
      const answer = await holder.execute(
        `select pg_try_advisory_xact_lock(${POSTGRES_KEY}), set_config('idle_in_transaction_session_timeout', '0', true)`,
      );
      if (answer.scalar() === true) return true;
      await holder.rollback();
      return false;
    },
    assertHeld: () => holder.execute('select 1'),
    release: () => holder.close(),
  };
}

/** GET_LOCK holds for the whole server, so the name contains the database; the limit is 64 characters. */
function serverLock(connection: Connection): Lock {
  const { database } = connection.engine.url;
  const name = `quartet_migrations.${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
  return {
    waits: true,
    async acquire(timeoutMs) {
      const seconds = timeoutMs / 1000;
      const answer = await connection.execute('select get_lock(:name, :seconds)', {
        name,
        seconds,
      });
      return Number(answer.scalar()) === 1;
    },
    release: () => connection.execute('select release_lock(:name)', { name }),
  };
}

function isBusy(error: unknown): boolean {
  const code = ((error as Error).cause as { code?: unknown } | undefined)?.code;
  return (
    (error instanceof OperationalError && error.reason === 'busy') ||
    String(code ?? (error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
  );
}

function locked(timeoutMs: number): MigrationLockedError {
  return new MigrationLockedError(
    `another migrator, or on SQLite another writer, has been at work on this database for ${timeoutMs / 1000} s. ` +
      'Run the command again when it has ended.',
  );
}

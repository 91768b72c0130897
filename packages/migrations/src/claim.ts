/**
 * The lock where the database is a cluster of several servers that all take writes (Galera): GET_LOCK is one server's.
 * A row says who migrates and until when; it is renewed while the work goes on, and whoever finds it run out takes it.
 *
 * @see https://mariadb.com/kb/en/mariadb-galera-cluster-known-limitations/
 */
import { randomUUID } from 'node:crypto';
import type { Connection, Engine } from '@quartet/db-core';
import { IntegrityError, OperationalError } from '@quartet/db-core';
import { MigrationLockedError } from './errors';

/** One migrator's hold on the database, by whatever means. */
export interface Lock {
  /** Whether `acquire` waits by itself; otherwise it is called again and again. */
  readonly waits?: boolean;
  /** Whether it was free. */
  acquire(timeoutMs: number): Promise<boolean>;
  /** Rejects when it has been lost, with the connection that held it. */
  assertHeld?(): Promise<unknown>;
  release(): Promise<unknown>;
}

const TABLE = 'quartet_migrations_lock';

/** How long after its end a migrator that was killed keeps others out. */
const LEASE_SECONDS = 30;

/** Whether other servers take writes beside this one. */
export async function isCluster(connection: Connection): Promise<boolean> {
  const answer = await connection.execute("show status like 'wsrep_cluster_size'");
  return Number(answer.first()?.[1] ?? 0) > 0;
}

export function claimOf(engine: Engine): Lock {
  const holder = randomUUID();
  const until = `timestampadd(second, ${LEASE_SECONDS}, sysdate())`; // not now(), which is when a statement began to wait
  let renewing: NodeJS.Timeout | undefined;

  const take = async (sql: string): Promise<boolean> => {
    try {
      return (await engine.execute(sql, { holder })).rowCount > 0;
    } catch (error) {
      if (error instanceof IntegrityError) return false; // somebody has it
      if (error instanceof OperationalError && error.retryable) return false; // another node's claim came first
      throw error;
    }
  };
  const renew = (): Promise<boolean> =>
    take(`update ${TABLE} set held_until = ${until} where id = 1 and holder = :holder`);

  return {
    async acquire() {
      await engine.execute(
        `create table if not exists ${TABLE} (id integer primary key, holder varchar(36) not null, held_until datetime not null)`,
      );
      const mine =
        (await take(
          `insert into ${TABLE} (id, holder, held_until) values (1, :holder, ${until})`,
        )) ||
        (await take(
          `update ${TABLE} set holder = :holder, held_until = ${until} where id = 1 and held_until < sysdate()`,
        ));
      if (mine)
        renewing = setInterval(() => void renew().catch(() => undefined), LEASE_SECONDS * 333);
      return mine;
    },
    async assertHeld() {
      if (await renew()) return;
      throw new MigrationLockedError(
        'this migrator was out of touch with the database for so long that another has taken its place. What it had done is recorded.',
      );
    },
    async release() {
      clearInterval(renewing);
      if (renewing)
        await engine.execute(`delete from ${TABLE} where id = 1 and holder = :holder`, { holder });
    },
  };
}

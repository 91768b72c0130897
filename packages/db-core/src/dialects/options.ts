/** Options of `createEngine` for the database and its connections. Those of the pool are in `engine/pool-options.ts`. */
import type { ConnectionOptions } from 'node:tls';
import type { Logger } from '../errors/logger';
import type { BeginMode, TransactionOptions } from '../sql/transaction-options';

export interface DialectOptions extends TransactionOptions {
  /** Where warnings of the engine and of its sessions go, and what `echo: true` shows: pino's or one like it. Default: the console. */
  readonly logger?: Logger;
  /** When a transaction really begins. Default: the dialect's, see {@link BeginMode}. */
  readonly begin?: BeginMode;
  /**
   * PostgreSQL, MariaDB: `true` encrypts connections and verifies the server by the authorities that Node knows; an object
   * has other options of `tls.connect` (`ca`, `cert`, `rejectUnauthorized` …); `false` is plain text. Default: what the URL says.
   */
  readonly ssl?: boolean | ConnectionOptions;
  /** The server stops a statement that runs longer (PostgreSQL, MariaDB). Default 0: never. */
  readonly statementTimeoutMs?: number;
  /**
   * The server ends a transaction whose session sends nothing for so long, and its connection with it, so that a process
   * that is frozen or unreachable keeps no locks (PostgreSQL; MariaDB, in whole seconds). Default: five times
   * `statementTimeoutMs` where that is set, else 0: never.
   */
  readonly idleInTransactionTimeoutMs?: number;
  /** How long a connection may take to be made. Default 10000. */
  readonly connectTimeoutMs?: number;
  /**
   * How long the server may take to answer what is done at once (a ping, BEGIN, COMMIT, ROLLBACK, a savepoint, a
   * cancelled or timed-out statement's end) before the connection is given up as dead. Twice as long for a COMMIT,
   * which may wait for disks and replicas. Default 5000.
   */
  readonly networkTimeoutMs?: number;
  /**
   * PostgreSQL: keep statements that come again prepared on the server, by name. Default: what `?preparedStatements=` of the
   * URL says, else wherever no pooler would mix them up, which is found out. `true` does not ask; `false` sends no names.
   */
  readonly preparedStatements?: boolean;
  /** SQLite: how long a write waits for another writer. Default 5000. */
  readonly busyTimeoutMs?: number;
  /**
   * Where a session reads that has written nothing yet and has no transaction open: on the `primary`, or on `replicas`, as
   * long as they have what the session's scope has written. Default: `replicas` where the engine was given some.
   */
  readonly readsFrom?: ReadsFrom;
}

export const READS_FROM = ['primary', 'replicas'] as const;
export type ReadsFrom = (typeof READS_FROM)[number];

/** Who bounds statements means to bound what they lock. */
export function idleInTransactionTimeoutOf({
  statementTimeoutMs = 0,
  idleInTransactionTimeoutMs = 5 * statementTimeoutMs,
}: DialectOptions): number {
  return idleInTransactionTimeoutMs;
}

export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
export const DEFAULT_NETWORK_TIMEOUT_MS = 5_000;
/** How long a socket may be quiet before the system asks whether the other side is still there. */
export const KEEP_ALIVE_DELAY_MS = 10_000;

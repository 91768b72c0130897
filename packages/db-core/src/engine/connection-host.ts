/** What a connection asks of its engine, and what its parts ask of it. */
import type { Dialect } from '../dialects/dialect';
import type { DriverConnection } from '../dialects/driver-connection';
import type { DatabaseUrl } from '../dialects/url';
import type { Statement } from '../sql/statement';
import type { BeginMode, IsolationLevel, TransactionOptions } from '../sql/transaction-options';
import type { Executable } from '../sql/built';
import type { CompiledStatement, Params } from '../sql/placeholders';
import type { IdleWatch } from './idle-watch';
import type { RepeatedReads } from './repeated-reads';
import type { Occupied } from './occupant';
import type { ConnectionEvent, EventDetails } from './events';

/** What one plain read outside a transaction needs of the server that answers it. */
export interface ReadAnywhere {
  /** Up to where the log must be replayed there; undefined where anything will do. */
  readonly position: string | undefined;
}

export interface ConnectionHost {
  readonly url: DatabaseUrl;
  readonly dialect: Dialect;
  readonly transactionDefaults: TransactionOptions;
  /** When a statement that was not answered is given up, in milliseconds; 0: never. */
  readonly answerTimeoutMs: number;
  /** How long a statement in flight may take to end when its scope does, in milliseconds. */
  readonly closeTimeoutMs: number;
  readonly describe: (sql: string) => Statement;
  /** Whether a text with several statements, BEGIN and COMMIT among them, may run as it is outside a session. */
  readonly takesScripts: boolean;
  readonly compile: (statement: Executable, params?: Params) => CompiledStatement;
  /** When a transaction of this level begins where its session does not say. */
  beginMode(isolationLevel?: IsolationLevel): BeginMode;
  /** Whether sessions that have written nothing read from other servers than the one that takes writes. */
  readonly readsFromReplicas: boolean;
  /** A driver connection, to be given back by `checkin`. A promise where it must be waited for. @param read for one plain read, on any server */
  checkout(read?: ReadAnywhere): DriverConnection | Promise<DriverConnection>;
  /** @param broken whether it must not be used again */
  checkin(driver: DriverConnection, broken: boolean): void;
  /** Watches the connection of a session that may be idle in a transaction; undefined where nobody wants to know. */
  idleWatch(session: object): IdleWatch | undefined;
  /** Counts what a session reads by the same statement; undefined where nobody wants to know. */
  repeatedReads(session: object): RepeatedReads | undefined;
  /** Whether the event has listeners: nothing is measured without them. */
  observes(event: ConnectionEvent): boolean;
  notify(event: ConnectionEvent, details: EventDetails): void;
}

/** The connection, as its parts know it. */
export interface ConnectionStatus extends Occupied {
  readonly engine: ConnectionHost;
  /** Whether it was closed, so that nothing runs on it any more. */
  readonly closed: boolean;
}

/**
 * What happens on an engine's connections, for those who watch: listeners of the engine's events, and the listener
 * of a single connection.
 */
import type { BeginWay } from '../sql/transaction-options';
import type { IdleInTransactionReport } from './idle-watch';
import type { LeakReport } from './leak-detector';
import type { NPlusOneReport } from './repeated-reads';

/** `connection`, `session` and `engine` are for comparing; `session` is undefined outside a session. */
export interface EngineEvent {
  readonly connection: object;
  readonly session: object | undefined;
  readonly engine: object;
  /** The number of the connection: the server's, on SQLite one of this process. */
  readonly connectionId?: number | undefined;
  /** The server, `db1:5432`; undefined for SQLite. */
  readonly node?: string | undefined;
}

/** `durationMs`: how long a connection, or on SQLite the writer lock, was waited for. */
export interface TimedEvent extends EngineEvent {
  readonly durationMs: number;
}

export interface BeginEvent extends TimedEvent {
  readonly way: BeginWay;
}

/** `durationMs`: how long COMMIT or ROLLBACK took. */
export interface EndEvent extends TimedEvent {
  /** What COMMIT failed with, where the transaction is rolled back for that; with `outcomeUnknown` it may have taken place. */
  readonly error?: unknown;
}

export interface QueryEvent extends TimedEvent {
  readonly sql: string;
  readonly params: unknown;
  /** Rows returned or changed, where the driver reports that. */
  readonly rowCount?: number | undefined;
  readonly error?: unknown;
}

/** Makes a savepoint, forgets it, or undoes what came after it. */
export type SavepointOperation = 'savepoint' | 'release' | 'rollback-to';

export interface SavepointEvent extends EngineEvent {
  readonly op: SavepointOperation;
  readonly name: string;
  /** `SAVEPOINT …`, `RELEASE SAVEPOINT …` or `ROLLBACK TO SAVEPOINT …`. */
  readonly sql: string;
}

/** `implicit-commit`: the database ended a transaction by itself, as MariaDB does at DDL. */
export interface EngineEvents {
  checkout: [TimedEvent];
  checkin: [EngineEvent];
  query: [QueryEvent];
  begin: [BeginEvent];
  commit: [EndEvent];
  rollback: [EndEvent];
  savepoint: [SavepointEvent];
  'implicit-commit': [EngineEvent];
  leak: [LeakReport];
  'idle-in-transaction': [IdleInTransactionReport];
  'n-plus-one': [NPlusOneReport];
}

/** What happens on a connection. */
export type ConnectionEvent = Exclude<
  keyof EngineEvents,
  'leak' | 'idle-in-transaction' | 'n-plus-one'
>;

/** What is known of an event; which of these depends on the event. */
export interface EventDetails extends Partial<EngineEvent> {
  /** How long it took: a statement, COMMIT or ROLLBACK, or the wait for a connection (`checkout`) or for the writer lock (`begin`). */
  readonly durationMs?: number;
  /** Of a `begin`. */
  readonly way?: BeginWay;
  /** Of a `savepoint`. */
  readonly op?: SavepointOperation;
  readonly name?: string;
  readonly sql?: string;
  readonly params?: unknown;
  /** Rows returned or changed, where the driver says so. */
  readonly rowCount?: number | undefined;
  readonly error?: unknown;
  /** The answer of `location()` when the statement was asked for. */
  readonly location?: string | undefined;
}

/** Watches a single connection. */
export interface ConnectionListener {
  /** The place in the code that asks for a statement; called while the stack is the caller's. */
  location?(): string | undefined;
  /** Called when something has happened on the connection. */
  note(event: ConnectionEvent, details: EventDetails): void;
}

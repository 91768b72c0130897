/**
 * What an engine tells of its connections, and in which form. Listeners of the engine (`engine.on('query', …)`) and of one
 * connection get the same details.
 */
import type { BeginWay } from '../sql/transaction-options';

/** What a connection tells of; `implicit-commit`: the database ended a transaction by itself, as MariaDB does at DDL. */
export type ConnectionEventName =
  | 'checkout'
  | 'checkin'
  | 'query'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'implicit-commit';

/** Makes a savepoint, forgets it, or undoes what came after it. */
export type SavepointOperation = 'savepoint' | 'release' | 'rollback-to';

/** Listens to one connection, in place of all connections of an engine. */
export interface ConnectionListener {
  /** Asked when a statement is sent, on its caller's stack: where in the caller's code that was. */
  location?(): string | undefined;
  /** @param details those of the engine's event, with `connectionId` and, of a `query`, its `location` */
  note(event: ConnectionEventName, details: object): void;
}

/** What the details of the events are made of. */
export interface TimedDetails {
  /** How long a connection, or on SQLite the writer lock, was waited for; of a `query` how long it took. */
  readonly durationMs: number;
}

export interface BeginDetails extends TimedDetails {
  readonly way: BeginWay;
}

export interface QueryDetails extends TimedDetails {
  readonly sql: string;
  readonly params: unknown;
  /** Rows returned or changed, where the driver tells. */
  readonly rowCount?: number | undefined;
  readonly error?: unknown;
}

export interface SavepointDetails {
  readonly op: SavepointOperation;
  readonly name: string;
  /** `SAVEPOINT …`, `RELEASE SAVEPOINT …` or `ROLLBACK TO SAVEPOINT …`. */
  readonly sql: string;
}

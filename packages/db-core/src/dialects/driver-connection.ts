/**
 * One connection of a driver: it owns the driver's client and everything that is known about it, whether it is alive and
 * whether a transaction is open on the server. One class for each database; `withTestIsolation` wraps one.
 *
 * A method that may wait answers a promise where it has to and nothing where it need not, so that a synchronous driver
 * costs no promise.
 */
import type { Setting } from '../sql/settings';
import type { ServerState } from './server-state';
import type { Statement } from '../sql/statement';
import type { BeginWay, TransactionOptions } from '../sql/transaction-options';

/** What a driver answers to one statement, in the same form for every driver. */
export interface CursorResult {
  /** Column names in order; empty for a statement that returns no rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Rows changed by a write, rows returned by a read. */
  readonly rowCount: number;
  /** The generated key of an INSERT, where the driver reports it (SQLite, MariaDB). */
  readonly lastInsertId?: number | string;
}

export interface BeginRequest extends TransactionOptions {
  /** Whether the transaction may write at once (SQLite: take the writer lock). */
  readonly mayWrite: boolean;
  /** Whether no statement follows at once, so that BEGIN must be answered by itself. */
  readonly alone: boolean;
  /** What holds in this transaction and in no other. */
  readonly settings: readonly Setting[];
}

/** A question to the server beside the statements of the caller. */
export type AskServer = (sql: string, params: readonly unknown[]) => Promise<CursorResult>;

/**
 * One connection of a driver, with everything that is known about it: whether it is alive, and whether a transaction is open on the
 * server. Each database has a class of it.
 */
export interface DriverConnection {
  /** The driver's own object: a `pg` Client, a `mysql2` Connection, a `better-sqlite3` Database. */
  readonly client: object;
  /** The connection that talks to the driver: this one, unless it stands in for another (`withTestIsolation`). */
  readonly inner: DriverConnection;
  /** The server's name for this connection, for logs and tests. */
  readonly id: number;
  /** The server that it is to, `db1:5432`; undefined for a file. */
  readonly node: string | undefined;
  /** False once it is broken or closed. */
  readonly alive: boolean;
  /** Whether a transaction is open on the server; undefined where the server has not said so yet. */
  readonly inTransaction: boolean | undefined;
  /** Whether the statement that failed last had committed the transaction before (MariaDB, at DDL). */
  readonly committedBeforeFailure: boolean;
  /** Whether the server has refused a write since it takes none. */
  readonly isToReadOnlyServer: boolean;
  /** Whether it can go to another user as it is: no transaction, and nothing that a session has left on it. */
  readonly reusable: boolean;

  /** Waits for a turn of the event loop where a synchronous driver has held it for long. Called before each statement. */
  loopTurn(): Promise<void> | undefined;
  /** Sends one statement, with the driver's placeholders. */
  execute(sql: string, params: readonly unknown[]): Promise<CursorResult> | CursorResult;
  /**
   * Runs a driver call for a statement that commits by itself.
   *
   * @throws OperationalError when the lock to write is not given in time.
   */
  autocommit<T>(statement: Statement, perform: () => T | Promise<T>): T | Promise<T>;
  /** Whether the statement may change data; when in doubt, true. */
  isWrite(statement: Statement): boolean;
  /** Waits for the right to write (SQLite's writer lock): before a write outside a transaction, or the first of one begun for reading. */
  beforeWrite(): Promise<void> | undefined;
  /** Takes in what the server says beside the answer to a statement. */
  noteResult(result: unknown, statement: Statement): void;
  /** Takes in what an error says of the connection and its transaction. */
  noteError(error: unknown, statement?: Statement): void;
  /** Asks the server for what a refusal leaves out, the columns of a key; undefined where there is nothing to ask. Never rejects. */
  completeError(error: unknown, statement: Statement, ask: AskServer): Promise<void> | undefined;

  /**
   * Opens a transaction. A promise: BEGIN was sent and is waited for.
   *
   * @throws ArgumentError for a setting or an isolation level that the database does not have.
   */
  begin(request: BeginRequest): Promise<void> | BeginWay;
  /**
   * Ends the transaction and keeps what it has written.
   *
   * @throws OperationalError when the server answers that it rolled back instead.
   * @param onPosition called with the position of what was committed, without a further round trip; undefined where the server
   *   tells none; not at all where it knows that nothing has changed. Whoever does not listen does not ask for it.
   */
  commit(onPosition?: (position: string | undefined) => void): Promise<void> | undefined;
  /** Ends the transaction without keeping what it has written. */
  rollback(): Promise<void> | undefined;
  /** Sends `SAVEPOINT …`, `RELEASE SAVEPOINT …` or `ROLLBACK TO SAVEPOINT …`. */
  savepoint(sql: string): Promise<void> | undefined;
  /**
   * Sets these inside the transaction that is open, for `withTestIsolation`; the returned function takes them back.
   *
   * @throws InvalidRequestError where the database has no settings of a transaction.
   */
  setInside(settings: readonly Setting[]): Promise<() => Promise<void>>;
  /** The transaction is over, either way, or a statement outside one is: gives back what `begin` or `beforeWrite` took. */
  transactionEnded(): void;

  /** Asks the server what it is. */
  serverState(): Promise<ServerState>;
  /**
   * Waits until the server has replayed what stands at `position`, for so long at most.
   *
   * @returns the position it has reached; undefined where it is behind.
   * @throws OperationalError when the server does not answer.
   */
  replayed(position: string, timeoutMs: number): Promise<string | undefined>;

  /** One cheap round trip. Rejects when the connection is broken. */
  ping(): Promise<void>;
  /** Stops the statement that runs now, from outside; its caller gets the error. Rejects where that cannot be asked for. */
  cancel(): Promise<void>;
  /** Says goodbye to the server and closes. Never waits longer than `networkTimeoutMs`. */
  close(): Promise<void>;
  /** Closes at once, without a message to the server. Calls that wait for an answer get an error. */
  destroy(): void;
}

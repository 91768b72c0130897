/**
 * What a database has to supply so that an engine can pool it, a connection can run
 * transactions on it and errors can be told apart. One implementation per driver in `dialects/`.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/internals.html#sqlalchemy.engine.Dialect
 */

/** MariaDB speaks the `mysql` dialect, as in SQLAlchemy. */
export type DialectName = 'sqlite' | 'postgresql' | 'mysql';

export type IsolationLevel =
  | 'READ UNCOMMITTED'
  | 'READ COMMITTED'
  | 'REPEATABLE READ'
  | 'SERIALIZABLE';

/**
 * When a session's transaction really begins on the server.
 * - `on-first-statement`: before any statement (PostgreSQL and MariaDB default).
 * - `on-first-write`: before the first statement that is not certainly a plain read (SQLite default).
 * - `eager`: before any statement, and with the right to write (on SQLite: the writer lock).
 */
export type BeginMode = 'on-first-statement' | 'on-first-write' | 'eager';

/**
 * How BEGIN came to the server: `sent` by itself, `joined` in one packet with the first statement, or `implicit`, since
 * that statement opens the transaction and nothing is sent.
 */
export type BeginWay = 'sent' | 'joined' | 'implicit';

export interface TransactionOptions {
  /** Default: the server's own. SQLite knows SERIALIZABLE alone and refuses the others. */
  readonly isolationLevel?: IsolationLevel;
  /** Refuse writes in this transaction. Default false. */
  readonly readOnly?: boolean;
}

/** How one transaction differs from the session's others. */
export interface BeginOptions extends TransactionOptions {
  /** When it really begins. Default: the session's. */
  readonly begin?: BeginMode;
}

/** What a driver answers to one statement, in the same form for every driver. */
export interface CursorResult {
  /** Column names in order; empty for a statement that returns no rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Rows changed by a write, rows returned by a read. */
  readonly rowCount: number;
  /** The generated key of an INSERT, where the driver tells it (SQLite, MariaDB). */
  readonly lastInsertId?: number | string;
  /** MariaDB's status flags after a write. */
  readonly serverStatus?: number;
}

export interface Dialect<Raw = unknown> {
  readonly name: DialectName;
  readonly defaultBegin: BeginMode;
  /** Connections a pool holds unless told otherwise. */
  readonly defaultPoolSize: number;
  /** A synchronous driver holds the event loop while it works: the pool lets the loop turn between two owners. */
  readonly synchronous: boolean;
  /** Whether a second transaction that writes waits for the first (SQLite). */
  readonly singleWriter: boolean;
  /** Known after the first connection, e.g. `17.2` or `10.11.6-MariaDB`. */
  readonly serverVersion: string | undefined;
  /** How this driver writes the n-th (from 1) placeholder. */
  placeholder(n: number): string;

  /** Opens a driver connection. @throws OperationalError when the server cannot be reached. */
  connect(): Promise<Raw>;
  close(raw: Raw): Promise<void>;
  isAlive(raw: Raw): boolean;
  /** One cheap round trip. Rejects when the connection is broken. */
  ping(raw: Raw): Promise<void>;
  /** Stops the statement that runs on `raw` now, from outside. Absent where the driver cannot. */
  cancel?(raw: Raw): Promise<void>;
  /** The server's name for this connection, for logs and tests. */
  connectionId(raw: Raw): number;

  execute(raw: Raw, sql: string, params: readonly unknown[]): Promise<CursorResult> | CursorResult;
  /** Sends BEGIN, COMMIT, SAVEPOINT … as they are. */
  control(raw: Raw, sql: string): Promise<unknown>;

  /**
   * Opens a transaction, before a statement of it unless `alone`. A promise: BEGIN was sent and is waited for.
   *
   * @param write whether it may write at once (SQLite: take the writer lock).
   */
  begin(
    raw: Raw,
    owner: object,
    options: TransactionOptions,
    write: boolean,
    alone: boolean,
  ): Promise<void> | BeginWay;
  /** Commits. Rejects when the server answers that it rolled back instead. Undefined: done. */
  commit(raw: Raw): Promise<void> | undefined;
  /** The transaction of `owner` is over, either way: give back what `begin` took. */
  ended(raw: Raw, owner: object): void;
  /** Whether the statement may change data; when in doubt, true. */
  isWrite(raw: Raw, sql: string): boolean;
  /** Called before a write outside a transaction and before the first write of a transaction begun for reading. */
  beforeWrite?(raw: Raw, owner: object): Promise<void>;
  /** Runs a driver call outside a transaction; absent where it needs no help (SQLite: retry while another process writes; MariaDB: switch autocommit on). */
  autocommit?<T>(raw: Raw, perform: (raw: Raw) => T | Promise<T>): T | Promise<T>;
  /**
   * Whether a transaction is open on `raw` after a statement answered `result` (undefined after an error).
   * `undefined` where the driver does not tell.
   */
  inTransaction(raw: Raw, result: unknown, error?: unknown, sql?: string): boolean | undefined;

  /** Removes what the dialect made for the engine's lifetime (SQLite: the file behind `:memory:`). */
  dispose?(): void;
}

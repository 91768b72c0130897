/**
 * The error tree. Names are SQLAlchemy's where it has one; every class has a stable `code`
 * and keeps what caused it in `cause`. A message says what happened, the likely cause and the call to make.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/exceptions.html
 */

export interface ErrorDetails {
  readonly cause?: unknown;
}

/** The root of every error this package throws. */
export class DbCoreError extends Error {
  /** Stable identifier for programs: class names may be minified, messages may be reworded. */
  readonly code: string;
  /** Where to read what to do: a page of this package by code. Shown beside the code where the error is printed. */
  readonly help: string;
  readonly #originalMessage: string;

  constructor(code: string, message: string, { cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.help = `@quartet/db-core/docs/errors.md#${code.toLowerCase()}`;
    this.#originalMessage = message;
  }

  /** @internal Removes what a library has added to the message (Knex: the statement and its values). */
  withOriginalMessage(): this {
    if (this.message !== this.#originalMessage) this.message = this.#originalMessage;
    return this;
  }
}

/** The program used the library wrongly: fix the call, retrying will not help. */
export class UsageError extends DbCoreError {
  constructor(message: string, details?: ErrorDetails, code = 'USAGE') {
    super(code, message, details);
  }
}

/** An argument or a setting cannot be understood: a malformed URL, an unknown option, a missing parameter. */
export class ArgumentError extends UsageError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'ARGUMENT');
  }
}

/** A session was asked for where no scope is active. */
export class NoActiveScopeError extends UsageError {
  /** @param cure the calls to make, where an extension has calls of its own. */
  constructor(what = 'This call', cure = REQUEST_SCOPES) {
    super(`${what} needs a session, but no scope is active here. ${cure}`, {}, 'NO_ACTIVE_SCOPE');
  }
}

const REQUEST_SCOPES =
  `In Express, register the request scope before your routes: initApp(app) from '@quartet/db-core/express' ` +
  '(/fastify, /koa, /hono have it as well). ' +
  `In a script, job or test, wrap the work: await runInScope(async () => { ... }).`;

/** Work that outlived its request (or its `runInScope`) asked for a session. */
export class ScopeClosedError extends UsageError {
  constructor() {
    super(
      'The scope of this work has ended: its session was removed and what was not committed was rolled back. ' +
        'The client went away, the handler answered before this call was awaited, or the session was kept after Session.remove(). ' +
        'Await all work before answering; start background work in a scope of its own: runInScope(async () => { ... }).',
      {},
      'SCOPE_CLOSED',
    );
  }
}

/** A session has no engine to talk to. */
export class UnboundSessionError extends UsageError {
  constructor(what = 'This session') {
    super(
      `${what} is not bound to an engine. Pass one to the factory, sessionmaker({ bind: engine }), ` +
        `or later, before its first use: Session.configure({ bind: engine }).`,
      {},
      'UNBOUND_SESSION',
    );
  }
}

/** An object or class that no mapper knows was given to a session. */
export class UnmappedError extends UsageError {
  constructor(name: string) {
    super(
      `Class '${name}' is not mapped. Bind its models before the session uses them ` +
        `(bindSequelize, bindTypeorm or bindKnex with the class among its models).`,
      {},
      'UNMAPPED',
    );
  }
}

/** The call does not fit the state of the session, connection or transaction. */
export class InvalidRequestError extends UsageError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'INVALID_REQUEST');
  }
}

/** A row was asked for a column that it does not have. */
export class NoSuchColumnError extends UsageError {
  constructor(column: string | number, columns: readonly string[]) {
    const which = typeof column === 'string' ? `'${column}'` : column;
    super(
      `The row has no column ${which}. Its columns are ${columns.join(', ')}: ask for one of them, or select it.`,
      {},
      'NO_SUCH_COLUMN',
    );
  }
}

/** The transaction is already gone or broken: nothing runs until `rollback()`. `cause` is the error that ended it, where one did. */
export class PendingRollbackError extends DbCoreError {
  constructor(why: string, details?: ErrorDetails) {
    super(
      'PENDING_ROLLBACK',
      `${why} Nothing runs in this transaction any more: call rollback(), then begin again.`,
      details,
    );
  }
}

/** `one()` found no row. */
export class NoResultFound extends DbCoreError {
  constructor(message = 'No row was found when one was required') {
    super('NO_RESULT_FOUND', message);
  }
}

/** `one()` or `oneOrNone()` found more than one row. */
export class MultipleResultsFound extends DbCoreError {
  constructor(message = 'Multiple rows were found when exactly one was required') {
    super('MULTIPLE_RESULTS_FOUND', message);
  }
}

/** The database, or its driver, refused a statement. `cause` is the driver's own error. */
export class DatabaseError extends DbCoreError {
  constructor(message: string, details?: ErrorDetails, code = 'DATABASE') {
    super(code, message, details);
  }
}

/** Which kind of constraint an {@link IntegrityError} is about. */
export type IntegrityKind = 'unique' | 'foreign-key' | 'not-null' | 'check';

export interface IntegrityDetails extends ErrorDetails {
  readonly kind: IntegrityKind;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
  /** Names of the columns at fault, where the database names them. */
  readonly columns?: readonly string[] | undefined;
}

/** A constraint was violated. */
export class IntegrityError extends DatabaseError {
  readonly kind: IntegrityKind;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly columns: readonly string[];

  constructor(message: string, details: IntegrityDetails) {
    super(message, details, 'INTEGRITY');
    this.kind = details.kind;
    this.constraint = details.constraint;
    this.table = details.table;
    this.columns = details.columns ?? [];
  }
}

/** A value does not fit its column: too long, out of range, not representable. */
export class DataError extends DatabaseError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'DATA');
  }
}

/** The statement is wrong for this database: syntax, or a table or column that does not exist. */
export class ProgrammingError extends DatabaseError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'PROGRAMMING');
  }
}

/** Why the database could not do its work: `reason` of an {@link OperationalError}. */
export type OperationalReason =
  | 'busy' // a lock was not given in time; nothing was changed
  | 'serialization' // 40001: the transaction was rolled back to keep isolation
  | 'deadlock' // the transaction was chosen as the victim
  | 'schema-changed' // a table was altered under a statement that the server kept prepared, or a pooler has mixed it up
  | 'gone' // the connection broke while in use
  | 'read-only' // the server takes no writes: a standby, or a primary that another has replaced
  | 'not-ready' // the server cannot work: no disk space, no memory, a cluster without quorum
  | 'unavailable' // no connection could be made
  | 'timeout' // the statement took longer than allowed
  | 'cancelled' // the statement was cancelled from outside
  | 'pool-timeout' // no connection of the pool became free in time
  | 'other';

/** Those after which nothing of the unit of work is kept once it is rolled back, and nothing but chance or time was the cause. */
const RETRYABLE: ReadonlySet<OperationalReason> = new Set([
  'busy',
  'serialization',
  'deadlock',
  'schema-changed',
  'read-only', // the next connection may lead to another server
]);

export interface OperationalDetails extends ErrorDetails {
  readonly reason: OperationalReason;
  readonly outcomeUnknown?: boolean;
}

/**
 * One database of a session did not commit, or did not say whether it has, after others had committed: those stay
 * committed, and what had not been asked to commit yet was rolled back. `cause` is the failure.
 */
export class PartialCommitError extends DatabaseError {
  /** The engines whose transactions are kept. */
  readonly committed: readonly object[];
  /** The engine that failed. */
  readonly failed: object;
  /** Whether the answer of `failed` was lost, so that its transaction took place or did not. Otherwise it has refused. */
  readonly outcomeUnknown: boolean;

  constructor(committed: readonly object[], failed: object, cause: unknown) {
    const outcomeUnknown = cause instanceof OperationalError && cause.outcomeUnknown;
    const kept = committed.join(', ');
    super(
      outcomeUnknown
        ? `Whether ${failed} has committed is not known: its answer was lost, after ${kept} had committed. ` +
            `What was written there is kept. Look at the data before you repeat or undo anything; a session has no two-phase commit.`
        : `${failed} refused to commit after ${kept} had committed: what was written there is kept, ` +
            `the rest was rolled back. Undo or repeat the missing part by hand; a session has no two-phase commit.`,
      { cause },
      'PARTIAL_COMMIT',
    );
    this.committed = committed;
    this.failed = failed;
    this.outcomeUnknown = outcomeUnknown;
  }
}

/** Not the statement's fault: the database was busy, gone, or undid the transaction. */
export class OperationalError extends DatabaseError {
  readonly reason: OperationalReason;
  /**
   * The answer was lost of a COMMIT, or of a statement that commits by itself: it took place, or it did not.
   * Otherwise nothing of it is kept.
   */
  readonly outcomeUnknown: boolean;

  constructor(message: string, details: OperationalDetails) {
    super(message, details, 'OPERATIONAL');
    this.reason = details.reason;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }

  /** Whether running the whole unit of work again may succeed, and cannot do it twice. */
  get retryable(): boolean {
    return RETRYABLE.has(this.reason) && !this.outcomeUnknown;
  }
}

/** No connection of the pool became free within `acquireTimeoutMs`. */
export class PoolTimeoutError extends OperationalError {
  /** @param cause why the server gave no further connection, if that was the reason */
  constructor(message: string, cause?: Error) {
    super(message, { reason: 'pool-timeout', cause });
  }
}

/** `retryable()` gave up; `history` holds what each attempt failed with, `cause` the last of them. */
export class RetryExhaustedError extends OperationalError {
  readonly history: readonly OperationalError[];

  /** @param history at least one error */
  constructor(history: readonly OperationalError[]) {
    const last = history.at(-1) as OperationalError;
    const reasons = history.map(({ reason }) => reason).join(', ');
    super(`Gave up after ${history.length} attempts (${reasons}): ${last.message}`, {
      reason: last.reason,
      outcomeUnknown: history.some(({ outcomeUnknown }) => outcomeUnknown),
      cause: last,
    });
    this.history = history;
  }
}

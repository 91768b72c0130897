/**
 * A borrowed driver connection and the state of its transaction. Every statement of every library goes
 * through `run`, one at a time, in the order of asking.
 *
 * Ports SQLAlchemy's Connection (autobegin, nested transactions, "this transaction is inactive until
 * rollback") with one addition: BEGIN, SAVEPOINT and COMMIT sent by a library are understood, not passed on.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/connections.html
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { Executable } from '../sql/built';
import type { Params } from '../sql/placeholders';
import type { BeginOptions } from '../sql/transaction-options';
import type { ConnectionHost } from './connection-host';
import type { ConnectionOptions } from './connection-options';
import type { DriverCall, Form } from './driver-call';
import type { Occupant } from './occupant';
import type { Caller, SavepointOwner } from './savepoint';
import { ScopeClosedError } from '../errors/errors';
import { translateError } from '../dialects/translate-error';
import { turnAfterInFlight } from './answer';
import { Checkout } from './checkout';
import { AS_DRIVER, AS_RESULT } from './driver-call';
import { Mutex } from './mutex';
import { nestingOn, newNesting, runNested } from './nesting';
import { mayWaitBehind, notReleased } from './occupant';
import { Result } from './result';
import { StatementRunner } from './statement-runner';
import { Transaction } from './transaction';

const DONE = Promise.resolve();

/**
 * A driver connection that was borrowed from the pool, with the state of its transaction. `engine.connect()` gives one, and its taker calls
 * `close()`; a session has its own.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/connections.html
 */
export class Connection {
  readonly engine: ConnectionHost;
  /** The session this connection belongs to; undefined for one from `engine.connect()`. */
  readonly session: object | undefined;
  readonly #checkout: Checkout;
  readonly #turn = new Mutex();
  readonly #transaction: Transaction;
  readonly #statements: StatementRunner;
  #closing: Promise<void> | undefined;
  /** Set from the moment a stream or cursor is asked for until the connection is free again. */
  occupant: Occupant | undefined;

  constructor(engine: ConnectionHost, options: ConnectionOptions) {
    const { autobegin = false, transaction } = options;
    this.engine = engine;
    this.session = options.session;
    this.#checkout = new Checkout(this, options);
    if (options.keepsConnection ?? !autobegin) this.#checkout.hold(); // until it is closed
    this.#transaction = new Transaction(this.#checkout, {
      autobegin,
      librarysBegin: engine.dialect.singleWriter ? undefined : 'on-first-statement',
      takesScripts: engine.takesScripts,
      beginMode: (level) => options.begin ?? engine.beginMode(level),
      defaults: transaction
        ? { ...engine.transactionDefaults, ...transaction }
        : engine.transactionDefaults,
      settings: options.settings,
    });
    this.#statements = new StatementRunner(this, this.#checkout, this.#transaction, this.#turn);
  }

  /** Whether a transaction is under way, even if BEGIN has not been sent yet. */
  get inTransaction(): boolean {
    return this.#transaction.active;
  }

  /** Whether a transaction holds changes that only `commit()` would keep. */
  get hasUncommittedWrites(): boolean {
    return this.#transaction.wrote;
  }

  /** Whether `owner`, a library's connection object, has begun a nested transaction here that it has not ended. */
  hasNested(owner: SavepointOwner): boolean {
    return this.#transaction.savepoints.hasOpen(owner);
  }

  /** Whether a driver connection is held at this moment. */
  get isCheckedOut(): boolean {
    return this.#checkout.driver !== undefined;
  }

  /** @internal Whether the driver connection held at this moment could go to another user as it is. */
  get isReusable(): boolean {
    return this.#checkout.driver?.reusable ?? false;
  }

  /** The server's name for the driver connection held at this moment. */
  get id(): number | undefined {
    return this.#checkout.driver?.id;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Runs one statement and gives its rows.
   *
   * @param statement its text, or what a library has built: `knex('users').insert({ name })`, `knex.raw(…)`.
   * @param params `[1, 'a']` for `?`, `$1` or `:1`; `{ name: 'a' }` for `:name`. Only ever bound, never spliced in.
   *   A list of objects for `:name` runs the statement once for each, all or none of them, in a transaction or a savepoint;
   *   the result has the rows of all, and counts them together.
   * @throws DatabaseError of the kind that fits; `cause` is the driver's own error.
   */
  execute(statement: Executable, params?: Params): Promise<Result> {
    try {
      const { sql, params: values, runs } = this.engine.compile(statement, params);
      return runs ? this.#executeMany(sql, runs) : this.#execute(sql, values);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #execute(sql: string, values: readonly unknown[]): Promise<Result> {
    const perform = (driver: DriverConnection) => driver.execute(sql, values);
    return this.#statements.run(sql, values, perform, undefined, AS_RESULT);
  }

  /** @see https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Connection.execute (executemany) */
  async #executeMany(sql: string, runs: readonly (readonly unknown[])[]): Promise<Result> {
    const all = async (): Promise<Result> => {
      const results: Result[] = [];
      for (const values of runs) results.push(await this.#execute(sql, values));
      return Result.together(results);
    };
    if (this.inTransaction || this.#transaction.autobegins) return await this.beginNested(all);
    await this.begin();
    try {
      const result = await all();
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback().catch(() => undefined); // the first error says why
      throw error;
    }
  }

  /**
   * Runs a driver call for `sql` inside the transaction this statement belongs to; the facade drivers
   * live on it. `perform` gets the dialect's own connection (a `PostgresqlConnection` …); it may answer at once or later
   * and must settle when the driver has finished.
   * For transaction control `perform` is not called: the connection carries it out, and the answer is undefined.
   *
   * @param owner the library's own connection object: nested transactions are told apart by it.
   */
  run<T>(
    sql: string,
    params: unknown,
    perform: DriverCall<T>,
    owner?: SavepointOwner,
  ): Promise<T | undefined> {
    return this.#statements.run(sql, params, perform, owner, AS_DRIVER as Form<T, T | undefined>);
  }

  /**
   * Begins a transaction; sent to the server with the first statement that needs it, or at once when
   * the mode is `eager`.
   *
   * @throws InvalidRequestError when one is already begun.
   */
  async begin(options: BeginOptions = {}): Promise<void> {
    if (this.occupant) await mayWaitBehind(this);
    return this.#exclusively(async () => {
      try {
        await this.#transaction.begin(options);
      } catch (error) {
        if (!this.#transaction.active) this.#checkout.releaseAfterTransaction();
        throw error;
      }
    });
  }

  /** @internal Sends BEGIN of the transaction where that has not happened, and makes it one that may write. */
  beginWrite(): Promise<void> {
    return this.#exclusively(() => this.#transaction.openToWrite());
  }

  /**
   * Runs `fn` in a savepoint: released when it resolves, rolled back when it rejects; what was done
   * before stays either way.
   *
   * What `fn` has begun and not awaited is refused once it has rejected: nothing would undo it.
   *
   * @throws what `fn` rejects with; DatabaseError when the server refuses to keep the savepoint.
   */
  async beginNested<T>(fn: () => Promise<T>): Promise<T> {
    if (this.occupant) await mayWaitBehind(this);
    const owner = newNesting(this);
    const caller = this.#caller(owner);
    await this.#exclusively(async () => this.#transaction.beginNested(caller, { lexical: true }));
    this.#statements.answerNested();
    try {
      const value = await runNested(owner, async () => await fn());
      await this.#exclusively(() => this.#transaction.commitNested(owner));
      owner.state = 'kept';
      return value;
    } catch (error) {
      owner.state = 'failed';
      const undoing = this.#exclusively(() => this.#transaction.rollbackNested(owner));
      await undoing.catch(() => undefined); // the whole transaction is lost then, for the first error's reason
      throw error;
    }
  }

  /**
   * @throws PendingRollbackError when the transaction is lost, InvalidRequestError when a library's
   *   nested transaction is still open, OperationalError or IntegrityError when the server refuses;
   *   in the last two cases everything was rolled back.
   */
  commit(): Promise<void> {
    const commit = (): Promise<void> => this.#exclusively<void>(() => this.#finish('commit'));
    return this.occupant ? mayWaitBehind(this).then(commit) : commit();
  }

  /** Borrows a driver connection now, not with the first statement, and keeps it. @throws PoolTimeoutError; OperationalError when the database cannot be reached. */
  open(): Promise<void> {
    return this.#exclusively(async () => {
      await this.#checkout.acquire();
      this.#checkout.stay();
    });
  }

  /** @internal A library has checked it out: it has the same driver connection until `letGo`. */
  hold(): void {
    this.#checkout.hold();
  }

  /** @internal */
  letGo(): void {
    this.#checkout.letGo();
    if (!this.#turn.held && !this.#transaction.isOnServer) this.#checkout.releaseIfFree();
  }

  /** @internal Resolves when all that was asked for before is done; undefined where that is so now. */
  idle(): Promise<void> | undefined {
    if (!this.#turn.held) return undefined;
    return this.#statements.takeTurn()?.then(() => this.#statements.endTurn());
  }

  /** One cheap round trip. @throws OperationalError when the database cannot be reached. */
  async ping(): Promise<void> {
    await this.#exclusively(async () => (await this.#checkout.acquire()).ping());
  }

  /** @internal @throws InvalidRequestError where more than reading was done, or is under way. */
  assertOnlyRead(): void {
    this.#assertOpen();
    if (this.occupant && !this.occupant.destroyed) throw notReleased('a stream is being read');
    this.#transaction.assertOnlyRead();
  }

  /**
   * Ends a transaction that has only read, and gives the driver connection back: what is read afterwards is read in a
   * new transaction. Does nothing where none is held.
   *
   * @throws InvalidRequestError when something was written or locked, a nested transaction is open or a stream is read;
   *   PendingRollbackError when the transaction is lost.
   */
  release(): Promise<void> {
    return this.#exclusively<void>(() => {
      this.assertOnlyRead();
      return this.#finish('rollback');
    });
  }

  /** A stream that is still being read ends here. */
  rollback(): Promise<void> {
    this.occupant?.destroy();
    return this.#exclusively<void>(() => this.#finish('rollback'));
  }

  /** Rolls back and refuses every statement until `rollback()`: half of a unit of work must not be built upon. */
  async invalidate(why: string): Promise<void> {
    this.occupant?.destroy();
    await this.#exclusively(async () => {
      await this.#finish('rollback');
      this.#transaction.poison(why);
    });
  }

  /**
   * Refuses every further statement, waits for the one in flight, rolls back what is not committed and
   * gives the driver connection back. Safe to call twice.
   *
   * @param options.cancel ask the server to stop the statement in flight instead of waiting for its end.
   */
  close(options: { readonly cancel?: boolean } = {}): Promise<void> {
    return this.end(options) ?? DONE;
  }

  /** `await using connection = engine.connect()` closes it at the end of its block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal As `close`; undefined where nothing has to be waited for. */
  end({ cancel = false }: { readonly cancel?: boolean } = {}): Promise<void> | undefined {
    if (this.#closing) return this.#closing === DONE ? undefined : this.#closing;
    if (!this.#turn.held && this.#transaction.endUnsent()) {
      this.#closing = DONE;
      this.#checkout.release();
      return undefined;
    }
    return (this.#closing = this.#close(cancel));
  }

  async #close(cancel: boolean): Promise<void> {
    const waiting = this.#statements.takeTurn();
    if (waiting) await turnAfterInFlight(this, this.#checkout, waiting, cancel);
    try {
      await this.#finish('rollback');
    } finally {
      this.#checkout.release();
      this.#statements.endTurn();
    }
  }

  /** One step of the transaction, in its turn. */
  async #exclusively<T>(fn: () => Promise<T> | T): Promise<T> {
    const waiting = this.#statements.takeTurn();
    if (waiting) await waiting;
    try {
      this.#assertOpen();
      const doing = fn();
      return doing instanceof Promise ? await doing : doing;
    } catch (error) {
      throw translateError(error);
    } finally {
      this.#statements.endTurn();
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new ScopeClosedError();
  }

  #finish(how: 'commit' | 'rollback'): Promise<void> | undefined {
    const ended = (): void => {
      if (!this.#transaction.active) this.#checkout.releaseAfterTransaction(); // where it was refused, nothing has ended
    };
    try {
      const ending = this.#transaction[how]();
      if (ending)
        return ending.then(ended, (error: unknown) => {
          ended();
          throw error;
        });
    } catch (error) {
      ended();
      throw error;
    }
    ended();
    return undefined;
  }

  /** Who calls, inside which nested transaction, and when. */
  #caller(owner: SavepointOwner): Caller {
    return { owner, nesting: nestingOn(this), asked: this.#statements.nextCall() };
  }
}

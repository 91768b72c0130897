/**
 * A borrowed driver connection and the state of its transaction. Every statement of every library goes
 * through `run`, one at a time, in the order of asking.
 *
 * Ports SQLAlchemy's Connection (autobegin, nested transactions, "this transaction is inactive until
 * rollback") with one addition: BEGIN, SAVEPOINT and COMMIT sent by a library are understood, not passed on.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/connections.html
 */
import type { CursorResult, DriverConnection } from '../dialects/driver-connection';
import type { Executable } from '../sql/built';
import type { Params } from '../sql/placeholders';
import type { BeginMode, BeginOptions, TransactionOptions } from '../sql/transaction-options';
import type { ConnectionHost } from './connection-host';
import type { ConnectionListener, EventDetails } from './events';
import type { Caller, SavepointOwner } from './savepoints';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { noAnswer } from '../dialects/deadline';
import { isAnswer, withUnknownOutcome } from '../dialects/driver-error';
import type { OperationalError } from '../errors/errors';
import { InvalidRequestError, ScopeClosedError } from '../errors/errors';
import { translateError } from '../dialects/translate-error';
import type { Statement } from '../sql/statement';
import { Checkout } from './checkout';
import { Mutex } from './mutex';
import { nestingOn, newNesting, runNested } from './nesting';
import { Result, rowCountOf } from './result';
import { Transaction } from './transaction';

export interface ConnectionOptions {
  /** Whether the first statement begins a transaction. Default false: each commits by itself until `begin()`. */
  readonly autobegin?: boolean;
  /** Whether the driver connection is kept until `close()` (the default) or given back after each transaction. */
  readonly keepsConnection?: boolean;
  /** Default: the dialect's. */
  readonly begin?: BeginMode | undefined;
  /** For every transaction of this connection, over the engine's own. */
  readonly transaction?: TransactionOptions | undefined;
  /** The session it belongs to, for events. */
  readonly session?: object | undefined;
  /** Listens to everything that happens on it. */
  readonly listener?: ConnectionListener | undefined;
  /** Called when BEGIN has been sent. */
  readonly onBegin?: () => void;
}

export const CONNECTION_OPTIONS: Readonly<Record<keyof ConnectionOptions, true>> = {
  autobegin: true,
  keepsConnection: true,
  begin: true,
  transaction: true,
  session: true,
  listener: true,
  onBegin: true,
};

/** What reads row by row from a connection, and so keeps it busy: a stream or a cursor. */
export interface Occupant {
  /** Whether it has stopped reading, so that the connection becomes free by itself. */
  readonly destroyed: boolean;
  /** Stops reading; the connection is free soon afterwards. Safe to call twice. */
  destroy(): void;
}

/** The answer to transaction control. */
const NOTHING: CursorResult = { columns: [], rows: [], rowCount: 0 };

const DONE = Promise.resolve();

/** In which form the caller gets the outcome of a statement. */
interface Form<T, R> {
  result(answer: T | undefined): R;
  error(error: unknown): unknown;
}

/** For libraries: as their driver gives it. */
const AS_DRIVER: Form<never, unknown> = {
  result: (answer) => answer,
  error: (error) => error,
};

/** For callers of `execute`. */
const AS_RESULT: Form<CursorResult, Result> = {
  result: (cursor) => new Result(cursor ?? NOTHING),
  error: translateError,
};

export class Connection {
  readonly engine: ConnectionHost;
  /** The session this connection belongs to; undefined for one from `engine.connect()`. */
  readonly session: object | undefined;
  readonly #keepsConnection: boolean;
  readonly #checkout: Checkout;
  readonly #turn = new Mutex();
  readonly #transaction: Transaction;
  /** Counts calls: which of two was made first. */
  #calls = 0;
  #closing: Promise<void> | undefined;
  /** Set from the moment a stream or cursor is asked for until the connection is free again. */
  occupant: Occupant | undefined;

  constructor(engine: ConnectionHost, options: ConnectionOptions) {
    const { autobegin = false } = options;
    this.engine = engine;
    this.session = options.session;
    this.#keepsConnection = options.keepsConnection ?? !autobegin;
    this.#checkout = new Checkout(this, options.listener, options.onBegin);
    this.#transaction = new Transaction(this.#checkout, {
      autobegin,
      takesScripts: engine.takesScripts,
      beginMode: options.begin ?? engine.beginMode,
      defaults: { ...engine.transactionDefaults, ...options.transaction },
    });
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
    return this.#transaction.hasNested(owner);
  }

  /** Whether a driver connection is held at this moment. */
  get isCheckedOut(): boolean {
    return this.#checkout.driver !== undefined;
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
   * @throws DatabaseError of the kind that fits; `cause` is the driver's own error.
   */
  execute(statement: Executable, params?: Params): Promise<Result> {
    try {
      const compiled = this.engine.compile(statement, params);
      return this.#run(
        compiled.sql,
        compiled.params,
        (driver) => driver.execute(compiled.sql, compiled.params),
        undefined,
        AS_RESULT,
      );
    } catch (error) {
      return Promise.reject(error as Error);
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
    perform: (driver: DriverConnection) => T | Promise<T>,
    owner?: SavepointOwner,
  ): Promise<T | undefined> {
    return this.#run(sql, params, perform, owner, AS_DRIVER as Form<T, T | undefined>);
  }

  /** Awaits only what is a promise: a statement of a synchronous driver costs one promise. */
  async #run<T, R>(
    sql: string,
    params: unknown,
    perform: (driver: DriverConnection) => T | Promise<T>,
    owner: SavepointOwner,
    form: Form<T, R>,
  ): Promise<R> {
    if (this.occupant) await this.#unoccupied();
    const asked = ++this.#calls;
    const observed = this.#checkout.listener !== undefined || this.engine.observes('query');
    const call = observed ? this.#observing(sql, params, perform) : perform;
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      this.#assertOpen();
      const statement = this.engine.describe(sql);
      const isScript = statement.isScript && this.#transaction.takesScripts;
      const control = isScript ? undefined : statement.control;
      if (control) {
        await this.#transaction.control(control, { owner, nesting: nestingOn(this), asked });
        this.#transaction.answerNested(this.#calls + 1);
        return form.result(undefined);
      }
      const nesting = nestingOn(this);
      const writer =
        nesting || this.#transaction.isNested
          ? this.#transaction.writerOf({ owner, nesting, asked })
          : this.#transaction.assertUsable();
      const acquired = this.#checkout.acquire();
      const driver = acquired instanceof Promise ? await acquired : acquired;
      try {
        const preparing = this.#transaction.prepare(driver, statement, writer);
        if (preparing) await preparing;
        const turn = driver.loopTurn();
        if (turn) await turn;
        const running = this.#send(driver, statement, call);
        const answer =
          running instanceof Promise ? await this.#answer(driver, statement, running) : running;
        this.#transaction.after(driver, statement, answer, writer);
        return form.result(answer);
      } catch (error) {
        this.#transaction.afterFailure(driver, error, statement);
        const completing = driver.completeError(error, statement, async (text, values) =>
          this.#observing(text, values, (own) => own.execute(text, values))(driver.inner),
        );
        if (completing) await completing;
        if (!this.#transaction.active && !driver.alive) this.#checkout.release();
        throw error;
      } finally {
        if (isScript) this.#transaction.afterScript(driver, owner);
      }
    } catch (error) {
      throw form.error(error);
    } finally {
      this.#turn.release();
    }
  }

  /**
   * Begins a transaction; sent to the server with the first statement that needs it, or at once when
   * the mode is `eager`.
   *
   * @throws InvalidRequestError when one is already begun.
   */
  async begin(options: BeginOptions = {}): Promise<void> {
    if (this.occupant) await this.#unoccupied();
    return this.#exclusively(async () => {
      try {
        await this.#transaction.begin(options);
      } catch (error) {
        if (!this.#transaction.active) this.#release();
        throw error;
      }
    });
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
    if (this.occupant) await this.#unoccupied();
    const owner = newNesting(this);
    const caller = this.#caller(owner);
    await this.#exclusively(async () => this.#transaction.beginNested(caller, { lexical: true }));
    this.#transaction.answerNested(this.#calls + 1);
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
  async commit(): Promise<void> {
    if (this.occupant) await this.#unoccupied();
    return this.#exclusively(() => this.#finish('commit'));
  }

  /** Borrows a driver connection now, not with the first statement. @throws PoolTimeoutError; OperationalError when the database cannot be reached. */
  open(): Promise<void> {
    return this.#exclusively(async () => void (await this.#checkout.acquire()));
  }

  /** @internal Waits for what was asked for before. */
  async idle(): Promise<void> {
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    this.#turn.release();
  }

  /** One cheap round trip. @throws OperationalError when the database cannot be reached. */
  async ping(): Promise<void> {
    await this.#exclusively(async () => (await this.#checkout.acquire()).ping());
  }

  /** A stream that is still being read ends here. */
  rollback(): Promise<void> {
    this.occupant?.destroy();
    return this.#exclusively(() => this.#finish('rollback'));
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
    const waiting = this.#turn.acquire();
    if (waiting) await this.#interrupt(waiting, cancel);
    try {
      await this.#finish('rollback');
    } finally {
      this.#checkout.release();
      this.#turn.release();
    }
  }

  /**
   * Waits for the statement in flight, but not for ever: a stream has lost its reader and is ended; a statement is
   * stopped, at once or when it takes too long, and where that does not help the connection is given up.
   */
  async #interrupt(turn: Promise<void>, cancel: boolean): Promise<void> {
    const { closeTimeoutMs } = this.engine;
    const stop = (): void => {
      this.#checkout.driver?.cancel().catch(() => this.#checkout.driver?.destroy());
    };
    if (this.occupant) this.occupant.destroy();
    else if (cancel) stop();
    const giveUp = (): void => this.#checkout.driver?.destroy();
    const asked = cancel && !this.occupant;
    const timers = [
      setTimeout(asked ? giveUp : stop, closeTimeoutMs),
      setTimeout(giveUp, 2 * closeTimeoutMs),
    ];
    try {
      await turn;
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  /** One step of the transaction, in its turn. */
  async #exclusively<T>(fn: () => Promise<T> | T): Promise<T> {
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      this.#assertOpen();
      return await fn();
    } catch (error) {
      throw translateError(error);
    } finally {
      this.#turn.release();
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new ScopeClosedError();
  }

  /** A statement that waited behind a stream whose reader waits for the statement would wait for ever. */
  async #unoccupied(): Promise<void> {
    if (!this.session) return;
    await new Promise(setImmediate); // a library may be about to leave its stream
    if (!this.occupant || this.occupant.destroyed) return;
    throw new InvalidRequestError(
      'A stream of this session is being read, and its connection can do nothing else meanwhile. ' +
        'Read it to its end or destroy() it first; or read page by page, ordered by a key.',
    );
  }

  async #finish(how: 'commit' | 'rollback'): Promise<void> {
    try {
      await this.#transaction[how]();
    } catch (error) {
      if (this.#transaction.active) throw error; // refused: nothing has ended
      this.#release();
      throw error;
    }
    this.#release();
  }

  #send<T>(
    driver: DriverConnection,
    statement: Statement,
    perform: (driver: DriverConnection) => T | Promise<T>,
  ): T | Promise<T> {
    return this.#transaction.isOpen
      ? perform(driver.inner)
      : driver.autocommit(statement, () => perform(driver.inner));
  }

  /**
   * The answer, for which a server that has promised to stop what takes too long is not waited for ever. Where it is
   * lost, a statement that the server keeps by itself may have been carried out.
   */
  async #answer<T>(
    driver: DriverConnection,
    statement: Statement,
    running: Promise<T>,
  ): Promise<T> {
    try {
      return await this.#inTime(driver, running);
    } catch (error) {
      const commits = !this.#transaction.isOpen || statement.endsImplicitly;
      if (!driver.alive && !isAnswer(error) && commits && driver.isWrite(statement))
        throw withUnknownOutcome(error);
      throw error;
    }
  }

  async #inTime<T>(driver: DriverConnection, running: Promise<T>): Promise<T> {
    const { answerTimeoutMs } = this.engine;
    if (answerTimeoutMs === 0) return running;
    let silent: OperationalError | undefined;
    const giveUp = (): void => {
      if (this.occupant)
        timer.refresh(); // a stream takes as long as its reader
      else {
        silent = noAnswer('A statement', answerTimeoutMs);
        driver.destroy();
      }
    };
    const timer = setTimeout(giveUp, answerTimeoutMs);
    try {
      return await running;
    } catch (error) {
      throw silent ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Who calls, inside which nested transaction, and when. */
  #caller(owner: SavepointOwner): Caller {
    return { owner, nesting: nestingOn(this), asked: ++this.#calls };
  }

  /** After a transaction: a session's connection goes back to the pool. */
  #release(): void {
    if (!this.#keepsConnection) this.#checkout.release();
  }

  /** The same driver call, timed, with an event of it. */
  #observing<T>(
    sql: string,
    params: unknown,
    perform: (driver: DriverConnection) => T | Promise<T>,
  ): (driver: DriverConnection) => Promise<T> {
    const location = this.#checkout.listener?.location?.();
    return async (driver) => {
      const startedAt = performance.now();
      const details = (): EventDetails => ({
        sql,
        params,
        location,
        durationMs: performance.now() - startedAt,
      });
      try {
        const result = await perform(driver);
        this.#checkout.notify('query', { ...details(), rowCount: rowCountOf(result) });
        return result;
      } catch (error) {
        this.#checkout.notify('query', { ...details(), error });
        throw error;
      }
    };
  }
}

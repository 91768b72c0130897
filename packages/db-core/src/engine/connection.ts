/**
 * A borrowed driver connection and the state of its transaction. Everything that reaches the database,
 * whichever library sends it, goes through `run`, one statement at a time, in the order of asking.
 *
 * Ports SQLAlchemy's Connection (autobegin, nested transactions, "this transaction is inactive until
 * rollback") with one addition: BEGIN, SAVEPOINT and COMMIT sent by a library are understood, not passed on.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/connections.html
 */
import { setImmediate } from 'node:timers';
import type {
  BeginMode,
  BeginOptions,
  CursorResult,
  TransactionOptions,
} from '../dialects/dialect';
import type { Engine } from './engine';
import type { Params } from '../sql/placeholders';
import type { Recorder } from '../observe/recorder';
import type { SavepointOwner } from './savepoints';
import { Checkout } from './checkout';
import { InvalidRequestError, ScopeClosedError } from '../errors/errors';
import { Mutex } from './mutex';
import { callerLocation, rowCountOf } from '../observe/recorder';
import { Result } from './result';
import { parseControl } from '../sql/statement';
import { Transaction } from './transaction';
import { translateError } from '../errors/translate';

export interface ConnectionOptions {
  /** Whether the first statement begins a transaction; otherwise each commits by itself until `begin()`. */
  readonly autobegin: boolean;
  /** Whether the driver connection is kept until `close()` (the default) or given back after each transaction. */
  readonly keepsConnection?: boolean;
  /** Default: the dialect's. */
  readonly begin?: BeginMode | undefined;
  /** For every transaction of this connection, over the engine's own. */
  readonly transaction?: TransactionOptions | undefined;
  /** The session it belongs to, for events. */
  readonly session?: object | undefined;
  /** Told of everything that happens on it. */
  readonly recorder?: Recorder | undefined;
  /** Called when BEGIN has been sent. */
  readonly onBegin?: () => void;
}

/** What reads row by row from a connection, and so keeps it busy: a stream or a cursor. */
export interface Occupant {
  /** Whether it has stopped reading: the connection needs nothing but time then. */
  readonly destroyed: boolean;
  /** Stops reading; the connection is free soon afterwards. Safe to call twice. */
  destroy(): void;
}

/** What transaction control answers. */
const NOTHING: CursorResult = { columns: [], rows: [], rowCount: 0 };

const DONE = Promise.resolve();

/** In which form a statement's outcome reaches whoever sent it. */
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
  readonly engine: Engine;
  /** The session this connection belongs to; undefined for one from `engine.connect()`. */
  readonly session: object | undefined;
  readonly #keepsConnection: boolean;
  readonly #checkout: Checkout;
  readonly #turn = new Mutex();
  readonly #transaction: Transaction;
  /** Counts calls, to tell what was asked for before something else was answered. */
  #calls = 0;
  #closed: Promise<void> | undefined;
  /** Set from the moment a stream or cursor is asked for until the connection is free again. */
  occupant: Occupant | undefined;

  constructor(engine: Engine, options: ConnectionOptions) {
    this.engine = engine;
    this.session = options.session;
    this.#keepsConnection = options.keepsConnection ?? !options.autobegin;
    this.#checkout = new Checkout(this, options.recorder, options.onBegin);
    this.#transaction = new Transaction(this.#checkout, {
      autobegin: options.autobegin,
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
    return this.#checkout.raw !== undefined;
  }

  /** The server's name for the driver connection held at this moment. */
  get id(): number | undefined {
    return this.#checkout.id;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /**
   * Runs one statement and gives its rows.
   *
   * @param params `[1, 'a']` for `?`, `$1` or `:1`; `{ name: 'a' }` for `:name`. Only ever bound, never spliced in.
   * @throws DatabaseError of the kind that fits; `cause` is the driver's own error.
   */
  execute(sql: string, params?: Params): Promise<Result> {
    try {
      const compiled = this.engine.compile(sql, params);
      return this.#run(
        compiled.sql,
        compiled.params,
        (raw) => this.engine.dialect.execute(raw, compiled.sql, compiled.params),
        undefined,
        AS_RESULT,
      );
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * Runs a driver call for `sql` inside the transaction this statement belongs to; the facade drivers
   * live on it. `perform` may answer at once or later and must settle when the driver has finished.
   * Transaction control is not performed but carried out here, and answers undefined.
   *
   * @param owner the library's own connection object: nested transactions are told apart by it.
   */
  run<T>(
    sql: string,
    params: unknown,
    perform: (raw: object) => T | Promise<T>,
    owner?: SavepointOwner,
  ): Promise<T | undefined> {
    return this.#run(sql, params, perform, owner, AS_DRIVER as Form<T, T | undefined>);
  }

  /** One promise for a statement, where the driver answers at once: nothing is awaited that is there. */
  async #run<T, R>(
    sql: string,
    params: unknown,
    perform: (raw: object) => T | Promise<T>,
    owner: SavepointOwner,
    form: Form<T, R>,
  ): Promise<R> {
    if (this.occupant) await this.#unoccupied();
    const asked = ++this.#calls;
    const observed = this.#checkout.recorder !== undefined || this.engine.observes('query');
    const call = observed ? this.#observing(sql, params, perform) : perform;
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      this.#assertOpen();
      const control = parseControl(sql);
      if (control) {
        await this.#transaction.control(control, owner, asked);
        this.#transaction.answerNested(this.#calls + 1);
        return form.result(undefined);
      }
      this.#transaction.assertUsable();
      const raw = this.#checkout.now() ?? (await this.#checkout.acquire());
      try {
        const preparing = this.#transaction.prepare(raw, sql);
        if (preparing) await preparing;
        const running = this.#send(raw, call);
        const answer = running instanceof Promise ? await running : running;
        this.#transaction.after(raw, sql, answer);
        return form.result(answer);
      } catch (error) {
        this.#transaction.afterFailure(raw, error);
        if (!this.#transaction.active && !this.engine.dialect.isAlive(raw))
          this.#checkout.giveBack();
        throw error;
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
   * @throws whatever `fn` rejects with; DatabaseError when the server refuses to keep the savepoint.
   */
  async beginNested<T>(fn: () => Promise<T>): Promise<T> {
    if (this.occupant) await this.#unoccupied();
    const owner = {};
    const asked = ++this.#calls;
    await this.#exclusively(async () => this.#transaction.beginNested(owner, asked));
    this.#transaction.answerNested(this.#calls + 1);
    try {
      const value = await fn();
      await this.#exclusively(() => this.#transaction.commitNested(owner));
      return value;
    } catch (error) {
      const undoing = this.#exclusively(() => this.#transaction.rollbackNested(owner));
      await undoing.catch(() => undefined); // the whole transaction is lost then; the first error tells why
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

  /** One cheap round trip. @throws OperationalError when the database cannot be reached. */
  async ping(): Promise<void> {
    await this.#exclusively(async () => this.engine.dialect.ping(await this.#checkout.acquire()));
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
   * @param options.discard the driver connection was changed (settings, temporary tables, locks) and must not be used again.
   */
  close(options: { readonly cancel?: boolean; readonly discard?: boolean } = {}): Promise<void> {
    if (options.discard) this.#checkout.markBroken();
    if (!this.closeNow()) this.#closed ??= this.#close(options.cancel ?? false);
    return this.#closed as Promise<void>;
  }

  /** @internal As `close`, where no statement is under way and nothing was begun on the server: false elsewhere. */
  closeNow(): boolean {
    if (this.#closed) return this.#closed === DONE;
    if (this.#turn.held || !this.#transaction.endUnsent()) return false;
    this.#closed = DONE;
    this.#checkout.giveBack();
    return true;
  }

  async #close(cancel: boolean): Promise<void> {
    this.occupant?.destroy();
    const { raw } = this.#checkout;
    if (cancel && this.#turn.held && raw) {
      await this.engine.dialect.cancel?.(raw).catch(() => undefined); // too late or too far: its end is awaited below
    }
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      await this.#finish('rollback');
    } finally {
      this.#checkout.giveBack();
      this.#turn.release();
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
    if (this.#closed) throw new ScopeClosedError();
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

  #send<T>(raw: object, perform: (raw: object) => T | Promise<T>): T | Promise<T> {
    const { dialect } = this.engine;
    return this.#transaction.isOpen || !dialect.autocommit
      ? perform(raw)
      : dialect.autocommit(raw, perform);
  }

  /** After a transaction: a session's connection goes back to the pool. */
  #release(): void {
    if (!this.#keepsConnection) this.#checkout.giveBack();
  }

  /** The same driver call, timed and told to whoever listens. */
  #observing<T>(
    sql: string,
    params: unknown,
    perform: (raw: object) => T | Promise<T>,
  ): (raw: object) => Promise<T> {
    const location = this.#checkout.recorder && callerLocation();
    return async (raw) => {
      const startedAt = performance.now();
      const details = (): object => ({
        sql,
        params,
        location,
        durationMs: performance.now() - startedAt,
      });
      try {
        const result = await perform(raw);
        this.#checkout.tell('query', { ...details(), rowCount: rowCountOf(result, this) });
        return result;
      } catch (error) {
        this.#checkout.tell('query', { ...details(), error });
        throw error;
      }
    };
  }
}

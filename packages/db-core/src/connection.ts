/**
 * A borrowed driver connection and the state of its transaction. Everything that reaches the database,
 * whichever library sends it, goes through `run`, one statement at a time, in the order of asking.
 *
 * Ports SQLAlchemy's Connection (autobegin, nested transactions, "this transaction is inactive until
 * rollback") with one addition: BEGIN, SAVEPOINT and COMMIT sent by a library are understood, not passed on.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/connections.html
 */
import type { BeginMode, CursorResult, TransactionOptions } from './dialect';
import type { Engine, EngineEvents } from './engine';
import type { Params } from './placeholders';
import type { RecordedKind, Recorder } from './recorder';
import type { SavepointOwner } from './savepoints';
import type { TransactionControl } from './statement';
import {
  InvalidRequestError,
  OperationalError,
  PendingRollbackError,
  ScopeClosedError,
} from './errors';
import { Result } from './result';
import { Mutex } from './mutex';
import { callerLocation, rowCountOf } from './recorder';
import { Savepoints } from './savepoints';
import { parseControl } from './statement';
import { markFromDatabase, translateError } from './translate-error';

export interface ConnectionOptions {
  /** Whether the first statement begins a transaction; otherwise each commits by itself until `begin()`. */
  readonly autobegin: boolean;
  /** Whether the driver connection is kept until `close()` (the default) or given back after each transaction. */
  readonly keepsConnection?: boolean;
  /** Default: the dialect's. */
  readonly begin?: BeginMode | undefined;
  /** For every transaction of this connection. */
  readonly transaction?: TransactionOptions | undefined;
  /** The session it belongs to, for events. */
  readonly session?: object | undefined;
  /** Told of everything that happens on it. */
  readonly recorder?: Recorder | undefined;
  /** Called when BEGIN has been sent. */
  readonly onBegin?: () => void;
}

/** idle: none · begun: asked for, BEGIN not sent yet · open: on the server · lost: unusable until rollback */
type TransactionState = 'idle' | 'begun' | 'open' | 'lost';

/** What transaction control answers. */
const NOTHING: CursorResult = { columns: [], rows: [], rowCount: 0 };

export class Connection {
  readonly engine: Engine;
  /** The session this connection belongs to; undefined for one from `engine.connect()`. */
  readonly session: object | undefined;
  readonly #autobegin: boolean;
  readonly #keepsConnection: boolean;
  readonly #beginMode: BeginMode;
  readonly #defaults: TransactionOptions;
  readonly #savepoints: Savepoints;
  readonly #onBegin: (() => void) | undefined;
  readonly #recorder: Recorder | undefined;
  readonly #turn = new Mutex();
  #options: TransactionOptions;
  #raw: object | undefined;
  #state: TransactionState = 'idle';
  /** Whose BEGIN this transaction is, where a library sent it; only the same may end it. */
  #begunBy: { readonly owner: SavepointOwner } | undefined;
  #why = '';
  #mayWrite = false;
  #wrote = false;
  #broken = false;
  /** Counts calls, to tell what was asked for before something else was answered. */
  #calls = 0;
  #closed: Promise<void> | undefined;

  constructor(engine: Engine, options: ConnectionOptions) {
    this.engine = engine;
    this.session = options.session;
    this.#autobegin = options.autobegin;
    this.#keepsConnection = options.keepsConnection ?? !options.autobegin;
    this.#beginMode = options.begin ?? engine.beginMode;
    this.#defaults = options.transaction ?? engine.transactionDefaults;
    this.#options = this.#defaults;
    this.#onBegin = options.onBegin;
    this.#recorder = options.recorder;
    this.#savepoints = new Savepoints({
      send: (sql) => this.#send(sql),
      restart: () => this.#restart(),
      poison: (why) => this.#poison(why),
    });
  }

  /** Whether a transaction is under way, even if BEGIN has not been sent yet. */
  get inTransaction(): boolean {
    return this.#state !== 'idle';
  }

  /** Whether a transaction holds changes that only `commit()` would keep. */
  get hasUncommittedWrites(): boolean {
    return this.#wrote;
  }

  /** Whether `owner`, a library's connection object, has begun a nested transaction here that it has not ended. */
  hasNested(owner: SavepointOwner): boolean {
    return this.#savepoints.hasOpen(owner);
  }

  /** Whether a driver connection is held at this moment. */
  get isCheckedOut(): boolean {
    return this.#raw !== undefined;
  }

  /**
   * Runs one statement and gives its rows.
   *
   * @param params `[1, 'a']` for `?`, `$1` or `:1`; `{ name: 'a' }` for `:name`. Only ever bound, never spliced in.
   * @throws DatabaseError of the kind that fits; `cause` is the driver's own error.
   */
  async execute(sql: string, params?: Params): Promise<Result> {
    const compiled = this.engine.compile(sql, params);
    try {
      const cursor = await this.run<CursorResult>(compiled.sql, compiled.params, (raw) =>
        this.engine.dialect.execute(raw, compiled.sql, compiled.params),
      );
      return new Result(cursor ?? NOTHING);
    } catch (error) {
      throw translateError(error);
    }
  }

  /**
   * Runs a driver call for `sql` inside the transaction this statement belongs to; the facade drivers
   * live on it. `perform` may answer at once or later and must settle when the driver has finished.
   * Transaction control is not performed but carried out here, and answers undefined.
   *
   * @param owner the library's own connection object: nested transactions are told apart by it.
   */
  async run<T>(
    sql: string,
    params: unknown,
    perform: (raw: object) => T | Promise<T>,
    owner?: SavepointOwner,
  ): Promise<T | undefined> {
    const asked = ++this.#calls;
    const observed = this.#recorder !== undefined || this.engine.observes('query');
    const call = observed ? this.#observing(sql, params, perform) : perform;
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      this.#assertOpen();
      const control = parseControl(sql);
      if (control) {
        await this.#control(control, owner, asked);
        this.#savepoints.answer(this.#calls + 1);
        return undefined;
      }
      if (this.#state === 'lost') throw new PendingRollbackError(this.#why);
      const raw = this.#raw ?? (await this.#borrow());
      const preparing = this.#prepare(raw, sql);
      if (preparing) await preparing;
      return await this.#perform(raw, call);
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
  async begin(options: TransactionOptions = {}): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#state !== 'idle') {
        throw new InvalidRequestError(
          'A transaction is already begun: use beginNested() for a savepoint inside it.',
        );
      }
      this.#options = { ...this.#defaults, ...options };
      this.#state = 'begun';
      if (this.#beginMode === 'eager') await this.#open(this.#raw ?? (await this.#borrow()), true);
    });
  }

  /**
   * Runs `fn` in a savepoint: released when it resolves, rolled back when it rejects; what was done
   * before stays either way.
   */
  async beginNested<T>(fn: () => Promise<T>): Promise<T> {
    const owner = {};
    const asked = ++this.#calls;
    await this.#exclusively(async () => {
      if (this.#state === 'lost') throw new PendingRollbackError(this.#why);
      this.#openLogically();
      this.#savepoints.push(owner, asked);
    });
    this.#savepoints.answer(this.#calls + 1);
    let value: T;
    try {
      value = await fn();
    } catch (error) {
      await this.#exclusively(async () => {
        if (this.#savepoints.hasOpen(owner)) await this.#savepoints.rollbackNested(owner);
      });
      throw error;
    }
    await this.#exclusively(async () => {
      if (this.#state === 'lost') throw new PendingRollbackError(this.#why);
      if (this.#savepoints.hasOpen(owner)) await this.#savepoints.commitNested(owner);
    });
    return value;
  }

  /**
   * @throws PendingRollbackError when the transaction is lost, InvalidRequestError when a library's
   *   nested transaction is still open, OperationalError or IntegrityError when the server refuses;
   *   in the last two cases everything was rolled back.
   */
  async commit(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#state === 'lost') throw new PendingRollbackError(this.#why);
      if (this.#savepoints.unfinished) {
        throw new InvalidRequestError(
          'A nested transaction of a library is still open: await it before commit(), or call rollback().',
        );
      }
      await this.#finish('commit');
    });
  }

  /** One cheap round trip. @throws OperationalError when the database cannot be reached. */
  async ping(): Promise<void> {
    await this.#exclusively(async () =>
      this.engine.dialect.ping(this.#raw ?? (await this.#borrow())),
    );
  }

  async rollback(): Promise<void> {
    await this.#exclusively(() => this.#finish('rollback'));
  }

  /** Rolls back and refuses every statement until `rollback()`: half of a unit of work must not be built upon. */
  async invalidate(why: string): Promise<void> {
    await this.#exclusively(async () => {
      await this.#finish('rollback');
      this.#poison(why);
    });
  }

  /**
   * Refuses every further statement, waits for the one in flight, rolls back what is not committed and
   * gives the driver connection back. Safe to call twice.
   *
   * @param options.cancel ask the server to stop the statement in flight instead of waiting for its end.
   */
  close(options: { readonly cancel?: boolean } = {}): Promise<void> {
    this.#closed ??= this.#close(options.cancel ?? false);
    return this.#closed;
  }

  async #close(cancel: boolean): Promise<void> {
    if (cancel && this.#turn.held && this.#raw) {
      await this.engine.dialect.cancel?.(this.#raw).catch(() => undefined); // too late or too far: its end is awaited below
    }
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      await this.#finish('rollback');
    } finally {
      this.#giveBack();
      this.#turn.release();
    }
  }

  async #exclusively<T>(fn: () => Promise<T>): Promise<T> {
    const waiting = this.#turn.acquire();
    if (waiting) await waiting;
    try {
      this.#assertOpen();
      return await fn();
    } finally {
      this.#turn.release();
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new ScopeClosedError();
  }

  // --- a statement ---------------------------------------------------------------------------

  async #borrow(): Promise<object> {
    const startedAt = performance.now();
    const raw = await this.engine.checkout();
    this.#raw = raw;
    this.#tell('checkout', { durationMs: performance.now() - startedAt });
    if (this.#closed) throw new ScopeClosedError(); // the wait outlived the request: close() gives it back
    return raw;
  }

  /** What must happen on the server before `sql` may run; undefined when nothing. */
  #prepare(raw: object, sql: string): Promise<void> | undefined {
    const { dialect } = this.engine;
    if (this.#state === 'open') {
      if (this.#wrote && !this.#savepoints.waiting) return undefined;
      const write = this.#wrote || dialect.isWrite(raw, sql);
      if (write === this.#wrote && !this.#savepoints.waiting) return undefined;
      this.#wrote = write;
      return this.#sendBefore(raw, write);
    }
    const write = dialect.isWrite(raw, sql);
    if (this.#autobegin || this.#state === 'begun') {
      if (write || this.#beginMode !== 'on-first-write') return this.#openFor(raw, write);
      return undefined;
    }
    return write ? dialect.beforeWrite?.(raw, this) : undefined;
  }

  async #openFor(raw: object, write: boolean): Promise<void> {
    await this.#open(raw, write || this.#beginMode === 'eager');
    this.#wrote = write;
  }

  async #sendBefore(raw: object, write: boolean): Promise<void> {
    if (write && !this.#mayWrite) {
      await this.engine.dialect.beforeWrite?.(raw, this);
      this.#mayWrite = true;
    }
    if (this.#savepoints.waiting) await this.#savepoints.send();
  }

  async #perform<T>(raw: object, perform: (raw: object) => T | Promise<T>): Promise<T> {
    try {
      const result = await (this.#state === 'open' || !this.engine.dialect.autocommit
        ? perform(raw)
        : this.engine.dialect.autocommit(raw, perform));
      this.#after(raw, result);
      return result;
    } catch (error) {
      this.#afterFailure(raw, error);
      throw error;
    }
  }

  /** The same driver call, timed and told to whoever listens. */
  #observing<T>(
    sql: string,
    params: unknown,
    perform: (raw: object) => T | Promise<T>,
  ): (raw: object) => Promise<T> {
    const location = this.#recorder && callerLocation();
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
        this.#tell('query', { ...details(), rowCount: rowCountOf(result, this) });
        return result;
      } catch (error) {
        this.#tell('query', { ...details(), error });
        throw error;
      }
    };
  }

  #tell(event: keyof EngineEvents & RecordedKind, details: object = {}): void {
    this.engine.notify(event, this, details);
    this.#recorder?.note(event, { ...details, connectionId: this.#id });
  }

  /** The server's name for the connection, while one is held. */
  get #id(): number | undefined {
    return this.#raw && this.engine.dialect.connectionId(this.#raw);
  }

  #after(raw: object, result: unknown): void {
    const { dialect } = this.engine;
    if (this.#state !== 'open') {
      if (!this.#autobegin) dialect.ended(raw, this);
      return;
    }
    if (dialect.inTransaction(raw, result) !== false) return;
    this.#forget(raw); // MariaDB commits by itself before and after DDL
    this.#tell('implicit-commit');
  }

  #afterFailure(raw: object, error: unknown): void {
    markFromDatabase(error);
    const { dialect } = this.engine;
    const ended = dialect.inTransaction(raw, undefined, error) === false;
    const alive = dialect.isAlive(raw);
    if (this.#state === 'open') {
      if (!alive)
        this.#poison('The connection to the database broke in the middle of this transaction.');
      else if (ended) this.#poison('The database rolled this transaction back as a whole.');
      return;
    }
    if (!this.#autobegin) dialect.ended(raw, this);
    if (!alive) this.#giveBack();
  }

  // --- transaction control sent by libraries -------------------------------------------------

  async #control(control: TransactionControl, owner: SavepointOwner, asked: number): Promise<void> {
    switch (control.op) {
      case 'set-transaction':
        return this.#adopt(control);
      case 'begin':
        return this.#beginByLibrary(control, owner, asked);
      case 'savepoint':
        this.#openLogically();
        return this.#savepoints.push(owner, asked, control.name);
      case 'release':
        return this.#savepoints.releaseNamed(owner, control.name as string);
      case 'rollback-to':
        return this.#savepoints.rollbackToNamed(owner, control.name as string);
      case 'commit':
      case 'rollback':
        return this.#endByLibrary(control.op, owner);
    }
  }

  async #beginByLibrary(
    control: TransactionControl,
    owner: SavepointOwner,
    asked: number,
  ): Promise<void> {
    if (control.isolationLevel !== undefined || control.readOnly !== undefined)
      this.#adopt(control);
    if (this.#autobegin || this.#state !== 'idle') {
      if (this.#state === 'lost') throw new PendingRollbackError(this.#why);
      this.#openLogically();
      this.#savepoints.push(owner, asked);
      return;
    }
    this.#state = 'begun';
    this.#begunBy = { owner };
    if (control.immediate) await this.#open(this.#raw ?? (await this.#borrow()), true);
  }

  async #endByLibrary(how: 'commit' | 'rollback', owner: SavepointOwner): Promise<void> {
    if (this.#savepoints.hasOpen(owner)) {
      if (how === 'rollback') return this.#savepoints.rollbackNested(owner);
      if (this.#state === 'lost') throw new PendingRollbackError(this.#why);
      return this.#savepoints.commitNested(owner);
    }
    if (this.#begunBy && this.#begunBy.owner === owner) {
      if (this.#state === 'lost' && how === 'commit') throw new PendingRollbackError(this.#why);
      return this.#end(how);
    }
    if (this.#state === 'lost' && how === 'rollback') return; // the session has yet to roll its own transaction back
    throw new InvalidRequestError(
      `${how.toUpperCase()} was sent inside a session, whose transaction is not the statement's to end: call Session.${how}().`,
    );
  }

  /** Isolation level or access mode asked for by a library: possible as long as BEGIN has not been sent. */
  #adopt({ isolationLevel, readOnly }: TransactionControl): void {
    const asked = { ...(isolationLevel && { isolationLevel }), ...(readOnly && { readOnly }) };
    const same = Object.entries(asked).every(
      ([key, value]) => this.#options[key as keyof TransactionOptions] === value,
    );
    if (this.#state === 'open' && !same) {
      throw new InvalidRequestError(
        'The transaction of this session is already open: its isolation level and access mode can only be set before the ' +
          'first statement, with Session.begin({ isolationLevel, readOnly }).',
      );
    }
    this.#options = { ...this.#options, ...asked };
  }

  // --- the transaction itself ----------------------------------------------------------------

  /** A savepoint in a session that has done nothing yet makes its transaction begin with the next statement. */
  #openLogically(): void {
    if (this.#state === 'idle') this.#state = 'begun';
  }

  async #open(raw: object, write: boolean): Promise<void> {
    const startedAt = performance.now();
    await this.engine.dialect.begin(raw, this, this.#options, write);
    this.#state = 'open';
    this.#mayWrite = write;
    this.#savepoints.standForBegin();
    this.#tell('begin', { durationMs: performance.now() - startedAt });
    this.#onBegin?.();
  }

  async #send(sql: string): Promise<void> {
    if (this.#state !== 'open') return;
    await this.engine.dialect.control(this.#raw as object, sql);
    this.#tell('savepoint', { sql });
  }

  #poison(why: string): void {
    this.#state = 'lost';
    this.#why = why;
  }

  /** The savepoint that BEGIN stood for is rolled back: the transaction begins anew with the next statement. */
  async #restart(): Promise<void> {
    if (this.#state !== 'open') return;
    const raw = this.#raw as object;
    this.#state = 'begun';
    this.#mayWrite = false;
    this.#wrote = false;
    await this.#rollBack(raw);
  }

  async #finish(how: 'commit' | 'rollback'): Promise<void> {
    try {
      await this.#end(how);
    } finally {
      if (!this.#keepsConnection) this.#giveBack();
    }
  }

  async #end(how: 'commit' | 'rollback'): Promise<void> {
    const raw = this.#raw;
    const onServer = this.#state === 'open' || this.#state === 'lost';
    this.#reset();
    if (!raw || !onServer) return;
    if (how === 'commit') await this.#commit(raw);
    else await this.#rollBack(raw);
  }

  async #commit(raw: object): Promise<void> {
    try {
      await this.engine.dialect.commit(raw);
    } catch (error) {
      this.engine.dialect.inTransaction(raw, undefined, error);
      const alive = this.engine.dialect.isAlive(raw);
      await this.#rollBack(raw); // SQLite keeps the transaction open when COMMIT fails
      markFromDatabase(error);
      const translated = translateError(error);
      if (alive || !(translated instanceof OperationalError)) throw translated;
      throw new OperationalError(
        'The connection was lost during COMMIT: whether the transaction took place is unknown until the data is read again.',
        { reason: 'gone', outcomeUnknown: true, cause: error },
      );
    }
    this.engine.dialect.ended(raw, this);
    this.#tell('commit');
  }

  /** Never rejects: a connection on which ROLLBACK fails is not given to anybody again, which undoes as much. */
  async #rollBack(raw: object): Promise<void> {
    const { dialect } = this.engine;
    try {
      if (dialect.isAlive(raw) && dialect.inTransaction(raw, undefined) !== false)
        await dialect.control(raw, 'ROLLBACK');
    } catch {
      this.#broken = true;
    }
    dialect.ended(raw, this);
    this.#tell('rollback');
  }

  /** The transaction ended without our doing. */
  #forget(raw: object): void {
    this.#reset();
    this.engine.dialect.ended(raw, this);
  }

  #reset(): void {
    this.#state = 'idle';
    this.#options = this.#defaults;
    this.#begunBy = undefined;
    this.#mayWrite = false;
    this.#wrote = false;
    this.#savepoints.clear();
  }

  #giveBack(): void {
    const raw = this.#raw;
    if (!raw) return;
    this.#tell('checkin');
    const broken = this.#broken;
    this.#raw = undefined;
    this.#broken = false;
    this.engine.checkin(raw, broken);
  }
}

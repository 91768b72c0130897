/**
 * The transaction of one connection: when it begins, what is nested in it, how it ends, and that nothing
 * runs in it once it is lost. It knows what a library means by BEGIN, SAVEPOINT and COMMIT: inside a
 * session they nest, outside one they are real.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_transaction.html
 */
import type {
  BeginMode,
  BeginOptions,
  BeginWay,
  Dialect,
  TransactionOptions,
} from '../dialects/dialect';
import type { SavepointOperation, SavepointOwner, SavepointTarget } from './savepoints';
import type { TransactionControl } from '../sql/statement';
import { InvalidRequestError, OperationalError, PendingRollbackError } from '../errors/errors';
import { Savepoints } from './savepoints';
import { markFromDatabase, translateError } from '../errors/translate';

/** What a transaction asks of the connection it belongs to. */
export interface TransactionHost {
  readonly dialect: Dialect<object>;
  /** The driver connection held now. */
  readonly raw: object | undefined;
  /** The driver connection, borrowed from the pool if need be. */
  acquire(): Promise<object>;
  /** The driver connection is in a state nobody knows: it must not be used again. */
  markBroken(): void;
  tell(
    event: 'begin' | 'savepoint' | 'commit' | 'rollback' | 'implicit-commit',
    details?: object,
  ): void;
}

export interface TransactionSettings {
  /** Whether the first statement begins a transaction. */
  readonly autobegin: boolean;
  readonly beginMode: BeginMode;
  /** Isolation level and access mode where `begin` is given none. */
  readonly defaults: TransactionOptions;
}

/** idle: none · begun: asked for, BEGIN not sent yet · open: on the server · lost: unusable until rollback */
type State = 'idle' | 'begun' | 'open' | 'lost';

export class Transaction implements SavepointTarget {
  readonly #host: TransactionHost;
  readonly #settings: TransactionSettings;
  readonly #savepoints: Savepoints;
  #options: TransactionOptions;
  #mode: BeginMode;
  #state: State = 'idle';
  /** Why it is lost, and by which error. */
  #why = '';
  #cause: unknown;
  /** Whose BEGIN this transaction is, where a library sent it; only the same may end it. */
  #begunBy: { readonly owner: SavepointOwner } | undefined;
  #mayWrite = false;
  #wrote = false;

  constructor(host: TransactionHost, settings: TransactionSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#options = settings.defaults;
    this.#mode = settings.beginMode;
    this.#savepoints = new Savepoints(this);
  }

  /** Whether one is under way, even if BEGIN has not been sent yet. */
  get active(): boolean {
    return this.#state !== 'idle';
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether it holds changes that only a commit would keep. */
  get wrote(): boolean {
    return this.#wrote;
  }

  hasNested(owner: SavepointOwner): boolean {
    return this.#savepoints.hasOpen(owner);
  }

  /** @throws PendingRollbackError */
  assertUsable(): void {
    if (this.#state === 'lost') throw this.#refusal();
  }

  /** Nothing runs in it any more until it is rolled back. @param cause the error that has ended it, if one has */
  poison(why: string, cause?: unknown): void {
    this.#state = 'lost';
    this.#why = why;
    this.#cause = cause;
  }

  /** @throws InvalidRequestError when one is begun already; when the database refuses, none is. */
  begin({ begin, ...options }: BeginOptions): Promise<void> | undefined {
    if (this.#state !== 'idle') {
      throw new InvalidRequestError(
        'A transaction is already begun: use beginNested() for a savepoint inside it.',
      );
    }
    this.#options = { ...this.#settings.defaults, ...options };
    this.#mode = begin ?? this.#settings.beginMode;
    this.#state = 'begun';
    return this.#mode === 'eager' ? this.#openNow() : undefined;
  }

  /** @throws PendingRollbackError when it is lost; InvalidRequestError when something nested is still open. */
  commit(): Promise<void> | undefined {
    this.assertUsable();
    if (this.#savepoints.unfinished) {
      throw new InvalidRequestError(
        'A nested transaction of a library is still open: await it before commit(), or call rollback().',
      );
    }
    return this.#end('commit');
  }

  rollback(): Promise<void> | undefined {
    return this.#end('rollback');
  }

  /** Ends it where the server knows nothing of it yet; false where it must be told. */
  endUnsent(): boolean {
    if (this.#state === 'open' || this.#state === 'lost') return false;
    if (this.#state === 'begun') this.#reset();
    return true;
  }

  // --- nested transactions -------------------------------------------------------------------

  /** @param asked see {@link Savepoints} */
  beginNested(owner: SavepointOwner, asked: number, label?: string): void {
    this.assertUsable();
    if (this.#state === 'idle') this.#state = 'begun'; // sent with the next statement
    this.#savepoints.push(owner, asked, label);
  }

  answerNested(now: number): void {
    this.#savepoints.answer(now);
  }

  /** Does nothing where the transaction has ended by itself in the meantime. */
  async commitNested(owner: SavepointOwner): Promise<void> {
    this.assertUsable();
    if (this.#savepoints.hasOpen(owner)) await this.#savepoints.commitNested(owner);
  }

  async rollbackNested(owner: SavepointOwner): Promise<void> {
    if (!this.#savepoints.hasOpen(owner)) return;
    try {
      await this.#savepoints.rollbackNested(owner);
    } catch (error) {
      if (this.#state === 'open') this.poison('A savepoint of it could not be rolled back.', error);
      throw error;
    }
  }

  // --- around a statement --------------------------------------------------------------------

  /** What must happen on the server before `sql` may run; undefined when nothing. */
  prepare(raw: object, sql: string): Promise<void> | undefined {
    const { dialect } = this.#host;
    if (this.#state === 'open') {
      if (this.#wrote && !this.#savepoints.waiting) return undefined;
      const write = this.#wrote || dialect.isWrite(raw, sql);
      if (write === this.#wrote && !this.#savepoints.waiting) return undefined;
      this.#wrote = write;
      return this.#sendBefore(raw, write);
    }
    const write = dialect.isWrite(raw, sql);
    if (this.#settings.autobegin || this.#state === 'begun') {
      if (!write && this.#mode === 'on-first-write') return undefined;
      return this.#open(raw, write || this.#mode === 'eager', write);
    }
    return write ? dialect.beforeWrite?.(raw, this.#host) : undefined;
  }

  async #sendBefore(raw: object, write: boolean): Promise<void> {
    if (write && !this.#mayWrite) {
      await this.#host.dialect.beforeWrite?.(raw, this.#host);
      this.#mayWrite = true;
    }
    if (this.#savepoints.waiting) await this.#savepoints.send();
  }

  /** The statement succeeded with `result`. */
  after(raw: object, sql: string, result: unknown): void {
    const { dialect } = this.#host;
    const open = dialect.inTransaction(raw, result, undefined, sql);
    if (this.#state !== 'open') {
      if (!this.#settings.autobegin) dialect.ended(raw, this.#host);
      return;
    }
    if (open !== false) return;
    this.#forget(raw); // MariaDB commits by itself before and after DDL
    this.#host.tell('implicit-commit');
  }

  /** The statement failed: was it more than the statement? */
  afterFailure(raw: object, error: unknown, sql = ''): void {
    markFromDatabase(error);
    const { dialect } = this.#host;
    const ended = dialect.inTransaction(raw, undefined, error) === false;
    const alive = dialect.isAlive(raw);
    if (this.#state === 'open') {
      if (!alive)
        this.poison(
          'The connection to the database broke in the middle of this transaction.',
          error,
        );
      else if (ended) this.poison('The database rolled this transaction back as a whole.', error);
      else if (dialect.committedBefore?.(sql, error)) {
        this.#host.tell('implicit-commit');
        this.poison(
          'A statement failed before which the database commits by itself: what this transaction had done until then is kept.',
          error,
        );
      }
      return;
    }
    if (!this.#settings.autobegin) dialect.ended(raw, this.#host);
  }

  // --- scripts with a BEGIN and a COMMIT of their own -----------------------------------------

  /** Whether one may run as it is: outside a session, where no transaction is under way and the database takes it. */
  get takesScripts(): boolean {
    const { severalStatements } = this.#host.dialect.lexicalRules;
    return severalStatements && !this.#settings.autobegin && this.#state === 'idle';
  }

  /** One has run, or failed in the middle: a transaction that it left open is its owner's. */
  afterScript(raw: object, owner: SavepointOwner): void {
    if (this.#host.dialect.inTransaction(raw, undefined) !== true) return;
    this.#state = 'open';
    this.#begunBy = { owner };
    this.#mayWrite = true;
    this.#wrote = true;
  }

  // --- transaction control sent by libraries -------------------------------------------------

  /** Carries out what a library sent. @param owner the library's own connection object */
  async control(control: TransactionControl, owner: SavepointOwner, asked: number): Promise<void> {
    switch (control.op) {
      case 'set-transaction':
        return this.#adopt(control);
      case 'begin':
        return this.#beginByLibrary(control, owner, asked);
      case 'savepoint':
        return this.beginNested(owner, asked, control.name);
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
    if (this.#settings.autobegin || this.#state !== 'idle') {
      return this.beginNested(owner, asked);
    }
    this.#state = 'begun';
    this.#begunBy = { owner };
    if (control.immediate) await this.#openNow();
  }

  async #endByLibrary(how: 'commit' | 'rollback', owner: SavepointOwner): Promise<void> {
    if (this.#savepoints.hasOpen(owner)) {
      return how === 'rollback' ? this.rollbackNested(owner) : this.commitNested(owner);
    }
    if (this.#begunBy && this.#begunBy.owner === owner) {
      if (this.#state === 'lost' && how === 'commit') throw this.#refusal();
      return this.#end(how);
    }
    // On MariaDB DDL has ended it before: nothing is left to end, and a server would not mind.
    if (this.#state === 'idle' && !this.#settings.autobegin) return;
    if (this.#state === 'lost') {
      if (how === 'commit') throw this.#refusal();
      return; // the session has yet to roll its own transaction back
    }
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

  // --- on the server --------------------------------------------------------------------------

  /** Sends BEGIN. Undefined where nothing is to be waited for before the statement that follows, unless it is `alone`. */
  #open(raw: object, mayWrite: boolean, writes: boolean, alone = false): Promise<void> | undefined {
    const opened = (way: BeginWay, durationMs: number): void => {
      this.#state = 'open';
      this.#mayWrite = mayWrite;
      this.#wrote = writes;
      this.#savepoints.standForBegin();
      this.#host.tell('begin', { durationMs, way });
    };
    const startedAt = performance.now();
    const { dialect } = this.#host;
    const opening = dialect.begin(raw, this.#host, this.#options, mayWrite, alone);
    if (typeof opening !== 'string')
      return opening.then(() => opened('sent', performance.now() - startedAt));
    opened(opening, 0); // done at once is no wait, however busy the machine
    return undefined;
  }

  /** BEGIN by itself, not on the way of a statement: where it fails nothing is begun, and it can be tried again. */
  async #openNow(): Promise<void> {
    try {
      await this.#open(this.#host.raw ?? (await this.#host.acquire()), true, false, true);
    } catch (error) {
      this.#reset();
      if (this.#host.raw) this.afterFailure(this.#host.raw, error);
      throw error;
    }
  }

  /** @internal For its savepoints. */
  async send(op: SavepointOperation, name: string): Promise<void> {
    if (this.#state !== 'open') return;
    const sql = `${op} ${name}`;
    const raw = this.#host.raw as object;
    try {
      await this.#host.dialect.control(raw, sql);
    } catch (error) {
      this.afterFailure(raw, error);
      throw error;
    }
    this.#host.tell('savepoint', { op, name, sql });
  }

  /** @internal The savepoint that BEGIN stood for is rolled back: the transaction begins anew with the next statement. */
  async restart(): Promise<void> {
    if (this.#state !== 'open') return;
    const raw = this.#host.raw as object;
    this.#state = 'begun';
    this.#mayWrite = false;
    this.#wrote = false;
    await this.#rollBack(raw);
  }

  /** Undefined where the server knows nothing of it. */
  #end(how: 'commit' | 'rollback'): Promise<void> | undefined {
    const { raw } = this.#host;
    const onServer = this.#state === 'open' || this.#state === 'lost';
    this.#reset();
    if (!raw || !onServer) return undefined;
    return how === 'commit' ? this.#commit(raw) : this.#rollBack(raw);
  }

  async #commit(raw: object): Promise<void> {
    try {
      const committing = this.#host.dialect.commit(raw);
      if (committing) await committing;
    } catch (error) {
      this.#host.dialect.inTransaction(raw, undefined, error);
      const alive = this.#host.dialect.isAlive(raw);
      await this.#rollBack(raw); // SQLite keeps the transaction open when COMMIT fails
      markFromDatabase(error);
      const translated = translateError(error);
      if (alive || !(translated instanceof OperationalError)) throw translated;
      throw new OperationalError(
        'The connection was lost during COMMIT: whether the transaction took place is unknown until the data is read again.',
        { reason: 'gone', outcomeUnknown: true, cause: error },
      );
    }
    this.#host.dialect.ended(raw, this.#host);
    this.#host.tell('commit');
  }

  /** Never rejects: a connection on which ROLLBACK fails is not given to anybody again, which undoes as much. */
  async #rollBack(raw: object): Promise<void> {
    const { dialect } = this.#host;
    try {
      if (dialect.isAlive(raw) && dialect.inTransaction(raw, undefined) !== false)
        await dialect.control(raw, 'ROLLBACK');
    } catch {
      this.#host.markBroken();
    }
    dialect.ended(raw, this.#host);
    this.#host.tell('rollback');
  }

  #refusal(): PendingRollbackError {
    const cause = this.#cause === undefined ? undefined : translateError(this.#cause);
    return new PendingRollbackError(this.#why, { cause });
  }

  /** The transaction ended without our doing. */
  #forget(raw: object): void {
    this.#reset();
    this.#host.dialect.ended(raw, this.#host);
  }

  #reset(): void {
    this.#state = 'idle';
    this.#options = this.#settings.defaults;
    this.#mode = this.#settings.beginMode;
    this.#begunBy = undefined;
    this.#mayWrite = false;
    this.#wrote = false;
    this.#savepoints.clear();
  }
}

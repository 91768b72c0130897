/**
 * The transaction of one connection: when it begins, what is nested in it, how it ends, and that nothing
 * runs in it once it is lost. It knows what a library means by BEGIN, SAVEPOINT and COMMIT: inside a
 * session they nest, outside one they are real.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_transaction.html
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { Statement, TransactionControl } from '../sql/statement';
import type {
  BeginMode,
  BeginOptions,
  BeginWay,
  TransactionOptions,
} from '../sql/transaction-options';
import type { ConnectionEvent, EventDetails, SavepointOperation } from './events';
import type { Caller, Savepoint, SavepointOwner, SavepointTarget } from './savepoints';
import { InvalidRequestError, OperationalError, PendingRollbackError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { BEGIN_OPTIONS, transactionOptionsOf } from '../sql/transaction-options';
import { noteCircumstances } from '../dialects/driver-error';
import { translateError } from '../dialects/translate-error';
import { Savepoints } from './savepoints';

/** What a transaction asks of the connection it belongs to. */
export interface TransactionHost {
  /** The driver connection held now. */
  readonly driver: DriverConnection | undefined;
  /** The driver connection, borrowed from the pool if need be. */
  acquire(): DriverConnection | Promise<DriverConnection>;
  /** The driver connection is in an unknown state: it must not be used again. */
  markBroken(): void;
  notify(event: ConnectionEvent, details?: EventDetails): void;
}

export interface TransactionSettings {
  /** Whether the first statement begins a transaction. */
  readonly autobegin: boolean;
  /** Whether a script with a BEGIN and a COMMIT of its own may run as it is. */
  readonly takesScripts: boolean;
  readonly beginMode: BeginMode;
  /** Isolation level and access mode where `begin` is given none. */
  readonly defaults: TransactionOptions;
}

/** idle: none · begun: asked for, BEGIN not sent yet · open: on the server · lost: unusable until rollback */
type State = 'idle' | 'begun' | 'open' | 'lost';

const SAVEPOINT_SQL: Readonly<Record<SavepointOperation, string>> = {
  savepoint: 'SAVEPOINT',
  release: 'RELEASE SAVEPOINT',
  'rollback-to': 'ROLLBACK TO SAVEPOINT',
};

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

  /** Whether anything is nested in it. */
  get isNested(): boolean {
    return !this.#savepoints.isEmpty;
  }

  hasNested(owner: SavepointOwner): boolean {
    return this.#savepoints.hasOpen(owner);
  }

  /** @throws PendingRollbackError */
  assertUsable(): undefined {
    if (this.#state === 'lost') throw this.#refusal();
    return undefined;
  }

  /** Nothing runs in it any more until it is rolled back. @param cause the error that has ended it, if one has */
  poison(why: string, cause?: unknown): void {
    this.#state = 'lost';
    this.#why = why;
    this.#cause = cause;
  }

  /** @throws InvalidRequestError when one is begun already; when the database refuses, none is. */
  begin(given: BeginOptions): Promise<void> | undefined {
    assertKnownOptions('option of begin()', given, BEGIN_OPTIONS);
    const { begin, ...options } = given;
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

  /** Ends it where the server knows nothing of it yet; false where ROLLBACK must be sent. */
  endUnsent(): boolean {
    if (this.#state === 'open' || this.#state === 'lost') return false;
    if (this.#state === 'begun') this.#reset();
    return true;
  }

  // --- nested transactions -------------------------------------------------------------------

  /** @param given see {@link Savepoints} */
  beginNested(caller: Caller, given?: { label?: string; lexical?: boolean }): void {
    this.assertUsable();
    if (this.#state === 'idle') this.#state = 'begun'; // sent with the next statement
    this.#savepoints.push(caller, given);
  }

  /** @param now the connection's count of calls */
  answerNested(now: number): void {
    this.#savepoints.answer(now);
  }

  /** Does nothing where the transaction has ended by itself in the meantime. */
  async commitNested(owner: SavepointOwner): Promise<void> {
    this.assertUsable();
    await this.#savepoints.commitNested(owner);
  }

  async rollbackNested(owner: SavepointOwner): Promise<void> {
    try {
      await this.#savepoints.rollbackNested(owner);
    } catch (error) {
      if (this.#state === 'open') this.poison('A savepoint of it could not be rolled back.', error);
      throw error;
    }
  }

  // --- around a statement --------------------------------------------------------------------

  /** The savepoint that a statement belongs to. @throws PendingRollbackError, InvalidRequestError where it must not run */
  writerOf(caller: Caller): Savepoint | undefined {
    this.assertUsable();
    return this.#savepoints.writerOf(caller);
  }

  /** What must happen on the server before a statement of `writer` may run; undefined when nothing. */
  prepare(
    driver: DriverConnection,
    statement: Statement,
    writer: Savepoint | undefined,
  ): Promise<void> | undefined {
    if (this.#state === 'open') {
      const mustSend = writer !== undefined && this.#savepoints.mustSend(writer);
      if (this.#wrote && !mustSend) return undefined;
      const write = this.#wrote || driver.isWrite(statement);
      if (write === this.#wrote && !mustSend) return undefined;
      this.#wrote = write;
      return this.#sendBefore(driver, write, writer);
    }
    const write = driver.isWrite(statement);
    if (this.#settings.autobegin || this.#state === 'begun') {
      if (!write && this.#mode === 'on-first-write') return undefined;
      return this.#open(driver, { mayWrite: write || this.#mode === 'eager', write, writer });
    }
    return write ? driver.beforeWrite() : undefined;
  }

  async #sendBefore(
    driver: DriverConnection,
    write: boolean,
    writer: Savepoint | undefined,
  ): Promise<void> {
    if (write && !this.#mayWrite) {
      await driver.beforeWrite();
      this.#mayWrite = true;
    }
    await this.#savepoints.send(writer);
  }

  /** The statement of `writer` succeeded with `result`. */
  after(
    driver: DriverConnection,
    statement: Statement,
    result: unknown,
    writer: Savepoint | undefined,
  ): void {
    driver.noteResult(result, statement);
    if (this.#state !== 'open') {
      if (!this.#settings.autobegin) driver.transactionEnded();
      return;
    }
    if (driver.inTransaction === false) {
      this.#forget(driver); // MariaDB commits by itself before and after DDL
      this.#host.notify('implicit-commit');
    } else if (!this.#savepoints.isEmpty && driver.isWrite(statement))
      this.#savepoints.noteWrite(writer);
  }

  /** The statement failed. Finds out whether the transaction or the connection is lost with it. */
  afterFailure(driver: DriverConnection, error: unknown, statement?: Statement): void {
    noteCircumstances(error);
    driver.noteError(error, statement);
    if (this.#state === 'open') {
      if (!driver.alive)
        this.poison(
          'The connection to the database broke in the middle of this transaction.',
          error,
        );
      else if (driver.committedBeforeFailure) {
        this.#host.notify('implicit-commit');
        this.poison(
          'A statement failed before which the database commits by itself: what this transaction had done until then is kept.',
          error,
        );
      } else if (driver.inTransaction === false)
        this.poison('The database rolled this transaction back as a whole.', error);
      return;
    }
    if (!this.#settings.autobegin) driver.transactionEnded();
  }

  // --- scripts with a BEGIN and a COMMIT of their own -----------------------------------------

  /** Whether one may run as it is: outside a session, where no transaction is under way and the database takes it. */
  get takesScripts(): boolean {
    return this.#settings.takesScripts && !this.#settings.autobegin && this.#state === 'idle';
  }

  /** One has run, or failed in the middle: a transaction that it left open is its owner's. */
  afterScript(driver: DriverConnection, owner: SavepointOwner): void {
    if (driver.inTransaction !== true) return;
    this.#state = 'open';
    this.#begunBy = { owner };
    this.#mayWrite = true;
    this.#wrote = true;
  }

  // --- transaction control sent by libraries -------------------------------------------------

  /** Carries out what a library sent. */
  async control(control: TransactionControl, caller: Caller): Promise<void> {
    const { owner } = caller;
    switch (control.op) {
      case 'set-transaction':
        return this.#adopt(control);
      case 'begin':
        return this.#beginByLibrary(control, caller);
      case 'savepoint':
        return this.beginNested(caller, { label: control.name as string });
      case 'release':
        this.assertUsable();
        return this.#savepoints.releaseNamed(owner, control.name as string);
      case 'rollback-to':
        this.assertUsable();
        return this.#savepoints.rollbackToNamed(owner, control.name as string);
      case 'commit':
      case 'rollback':
        return this.#endByLibrary(control.op, owner);
    }
  }

  async #beginByLibrary(control: TransactionControl, caller: Caller): Promise<void> {
    if (control.isolationLevel !== undefined || control.readOnly !== undefined)
      this.#adopt(control);
    if (this.#settings.autobegin || this.#state !== 'idle') return this.beginNested(caller);
    this.#state = 'begun';
    this.#begunBy = { owner: caller.owner };
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
  #adopt(control: TransactionControl): void {
    const asked = transactionOptionsOf(control);
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
  #open(
    driver: DriverConnection,
    {
      mayWrite,
      write,
      writer,
      alone = false,
    }: { mayWrite: boolean; write: boolean; writer?: Savepoint | undefined; alone?: boolean },
  ): Promise<void> | undefined {
    const opened = (way: BeginWay, durationMs: number): void => {
      this.#state = 'open';
      this.#mayWrite = mayWrite;
      this.#wrote = write;
      this.#savepoints.serveAsBegin(writer);
      this.#host.notify('begin', { durationMs, way });
    };
    const startedAt = performance.now();
    const opening = driver.begin({ ...this.#options, mayWrite, alone });
    if (typeof opening !== 'string')
      return opening.then(() => opened('sent', performance.now() - startedAt));
    opened(opening, 0); // done at once is no wait, however busy the machine
    return undefined;
  }

  /** BEGIN by itself, not on the way of a statement: where it fails nothing is begun, and it can be tried again. */
  async #openNow(): Promise<void> {
    try {
      await this.#open(await this.#host.acquire(), { mayWrite: true, write: false, alone: true });
    } catch (error) {
      this.#reset();
      if (this.#host.driver) this.afterFailure(this.#host.driver, error);
      throw error;
    }
  }

  /** @internal For its savepoints. */
  async sendSavepoint(op: SavepointOperation, name: string): Promise<void> {
    if (this.#state !== 'open') return;
    const driver = this.#host.driver as DriverConnection;
    const sql = `${SAVEPOINT_SQL[op]} ${name}`;
    try {
      await driver.savepoint(sql);
    } catch (error) {
      this.afterFailure(driver, error);
      throw error;
    }
    this.#host.notify('savepoint', { sql, op, name });
  }

  /** @internal The savepoint that BEGIN serves as is rolled back: the transaction begins anew with the next statement. */
  async restart(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'begun';
    this.#mayWrite = false;
    this.#wrote = false;
    await this.#rollBack(this.#host.driver as DriverConnection);
  }

  /** Undefined where the server knows nothing of it. */
  #end(how: 'commit' | 'rollback'): Promise<void> | undefined {
    const { driver } = this.#host;
    const onServer = this.#state === 'open' || this.#state === 'lost';
    this.#reset();
    if (!driver || !onServer) return undefined;
    return how === 'commit' ? this.#commit(driver) : this.#rollBack(driver);
  }

  async #commit(driver: DriverConnection): Promise<void> {
    try {
      const committing = driver.commit();
      if (committing) await committing;
    } catch (error) {
      noteCircumstances(error);
      driver.noteError(error);
      const { alive } = driver;
      await this.#rollBack(driver); // SQLite keeps the transaction open when COMMIT fails
      const translated = translateError(error);
      if (!(translated instanceof OperationalError) || translated.outcomeUnknown || alive)
        throw translated;
      throw new OperationalError(
        'The connection was lost during COMMIT: whether the transaction took place is unknown until the data is read again.',
        { reason: 'gone', outcomeUnknown: true, cause: error },
      );
    }
    driver.transactionEnded();
    this.#host.notify('commit');
  }

  /** Never rejects: a connection on which ROLLBACK fails is not used again, which undoes as much. */
  async #rollBack(driver: DriverConnection): Promise<void> {
    try {
      if (driver.alive && driver.inTransaction !== false) await driver.rollback();
    } catch {
      this.#host.markBroken();
    }
    driver.transactionEnded();
    this.#host.notify('rollback');
  }

  #refusal(): PendingRollbackError {
    const cause = this.#cause === undefined ? undefined : translateError(this.#cause);
    return new PendingRollbackError(this.#why, { cause });
  }

  /** The database has ended the transaction by itself. */
  #forget(driver: DriverConnection): void {
    this.#reset();
    driver.transactionEnded();
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

/**
 * The transaction of one connection: when it begins, what is nested in it, how it ends, and that nothing
 * runs in it once it is lost.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_transaction.html
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { Setting } from '../sql/settings';
import type { Statement } from '../sql/statement';
import type { BeginOptions, BeginWay, TransactionOptions } from '../sql/transaction-options';
import type { SavepointOperation } from './events';
import type { Caller, Savepoint, SavepointOwner } from './savepoint';
import type { SavepointTarget } from './savepoints';
import type { TransactionHost, TransactionSettings } from './transaction-host';
import { InvalidRequestError, PendingRollbackError } from '../errors/errors';
import { NO_SETTINGS } from '../sql/settings';
import { noteCircumstances } from '../dialects/driver-error';
import { translateError } from '../dialects/translate-error';
import { notReleased } from './occupant';
import { savepointSql } from './savepoint';
import { Savepoints } from './savepoints';
import { commitOn, lossOn, rollBackOn } from './transaction-end';
import { TransactionRequest } from './transaction-request';

/** idle: none · begun: asked for, BEGIN not sent yet · open: on the server · lost: unusable until rollback */
type State = 'idle' | 'begun' | 'open' | 'lost';

export class Transaction implements SavepointTarget {
  readonly #host: TransactionHost;
  readonly #settings: TransactionSettings;
  readonly #request: TransactionRequest;
  readonly savepoints: Savepoints = new Savepoints(this);
  #state: State = 'idle';
  /** Why it is lost, and by which error. */
  #why = '';
  #cause: unknown;
  /** Whose BEGIN this transaction is, where a library sent it; only the same may end it. */
  #begunBy: { readonly owner: SavepointOwner } | undefined;
  #mayWrite = false;
  #wrote = false;
  /** Whether there has been one at all. */
  #hasBegun = false;
  /** Whether it is of one statement, which would commit by itself without settings. */
  #isSingle = false;

  constructor(host: TransactionHost, settings: TransactionSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#request = new TransactionRequest(settings);
  }

  /** Whether one is under way, even if BEGIN has not been sent yet. */
  get active(): boolean {
    return this.#state !== 'idle';
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether the server has one, as far as is known, that is to be ended. */
  get isOnServer(): boolean {
    return this.#state === 'open' || this.#state === 'lost';
  }

  /** Whether it holds changes that only a commit would keep. */
  get wrote(): boolean {
    return this.#wrote;
  }

  /** Whether the first statement begins one. */
  get autobegins(): boolean {
    return this.#settings.autobegin;
  }

  get isLost(): boolean {
    return this.#state === 'lost';
  }

  /** @throws PendingRollbackError */
  assertUsable(): undefined {
    if (this.#state !== 'lost') return undefined;
    const cause = this.#cause === undefined ? undefined : translateError(this.#cause);
    throw new PendingRollbackError(this.#why, { cause });
  }

  /** Nothing runs in it any more until it is rolled back. @param cause the error that has ended it, if one has */
  poison(why: string, cause?: unknown): void {
    this.#state = 'lost';
    this.#why = why;
    this.#cause = cause;
  }

  /** @throws InvalidRequestError when it holds more than what was read; PendingRollbackError */
  assertOnlyRead(): void {
    this.assertUsable();
    if (this.#wrote) throw notReleased('something was written or locked');
    if (this.savepoints.unfinished) throw notReleased('a nested transaction is open');
  }

  /** @throws InvalidRequestError when one is begun already; when the database refuses, none is. */
  begin(given: BeginOptions): Promise<void> | undefined {
    if (this.#state !== 'idle') {
      throw new InvalidRequestError(
        'A transaction is already begun: use beginNested() for a savepoint inside it.',
      );
    }
    this.#request.set(given);
    this.#state = 'begun';
    return this.#request.mode === 'eager' ? this.#openNow() : undefined;
  }

  /** Begins it on the server, as one that may write. Nothing where each statement commits by itself. @throws PendingRollbackError */
  async openToWrite(): Promise<void> {
    this.assertUsable();
    if (this.#state === 'open') return this.#mayWrite ? undefined : this.#letWrite(this.#driver);
    if (this.#state === 'idle' && !this.#settings.autobegin) return;
    this.#state = 'begun';
    await this.#openNow();
  }

  /** @throws PendingRollbackError when it is lost; InvalidRequestError when something nested is still open. */
  commit(): Promise<void> | undefined {
    this.assertUsable();
    if (this.savepoints.unfinished) {
      throw new InvalidRequestError(
        'A nested transaction of a library is still open: await it before commit(), or call rollback().',
      );
    }
    return this.end('commit');
  }

  /** Whatever is nested in it. Undefined where the server knows nothing of it. */
  end(how: 'commit' | 'rollback'): Promise<void> | undefined {
    const { driver } = this.#host;
    const { isOnServer, wrote } = this;
    this.#reset();
    if (!driver || !isOnServer) return undefined;
    return how === 'commit' ? commitOn(driver, this.#host, wrote) : rollBackOn(driver, this.#host);
  }

  rollback(): Promise<void> | undefined {
    return this.end('rollback');
  }

  /** Ends it where the server knows nothing of it yet; false where ROLLBACK must be sent. */
  endUnsent(): boolean {
    if (this.isOnServer) return false;
    if (this.#state === 'begun') this.#reset();
    return true;
  }

  // --- begun and ended by a library ----------------------------------------------------------

  /** Begins one that `owner` alone may end. @param now whether BEGIN is sent at once */
  async beginFor(owner: SavepointOwner, now = false): Promise<void> {
    this.#state = 'begun';
    this.#begunBy = { owner };
    this.#request.setMode(this.#settings.librarysBegin);
    if (now) await this.#openNow();
  }

  isBegunBy(owner: SavepointOwner): boolean {
    return this.#begunBy !== undefined && this.#begunBy.owner === owner;
  }

  /** What a library asks for of its isolation level and access mode. @throws InvalidRequestError once BEGIN was sent. */
  adopt(asked: TransactionOptions): void {
    this.#request.adopt(asked, this.#state === 'open');
  }

  // --- nested transactions -------------------------------------------------------------------

  /** @param given see {@link Savepoints} */
  beginNested(caller: Caller, given?: { label?: string; lexical?: boolean }): void {
    this.assertUsable();
    if (this.#state === 'idle') this.#state = 'begun'; // sent with the next statement
    this.savepoints.push(caller, given);
  }

  /** Does nothing where the transaction has ended by itself in the meantime. */
  async commitNested(owner: SavepointOwner): Promise<void> {
    this.assertUsable();
    await this.savepoints.commitNested(owner);
  }

  async rollbackNested(owner: SavepointOwner): Promise<void> {
    try {
      await this.savepoints.rollbackNested(owner);
    } catch (error) {
      if (this.#state === 'open') this.poison('A savepoint of it could not be rolled back.', error);
      throw error;
    }
  }

  // --- around a statement --------------------------------------------------------------------

  /** Whether one may be open on the server when a statement that is asked for now has run. */
  mayBeOpenAfter({ isPlainRead }: Statement): boolean {
    if (this.isOnServer || !isPlainRead) return true;
    return this.#request.maySet || this.#request.mode !== 'on-first-write';
  }

  /** Whether a statement is a read that belongs to no transaction, and none was ever begun here. */
  isReadBefore({ isPlainRead }: Statement, settings: readonly Setting[]): boolean {
    if (!isPlainRead || this.#hasBegun || this.#state !== 'idle') return false;
    if (!this.#settings.autobegin || settings.length > 0) return false;
    return this.#request.mode === 'on-first-write';
  }

  /** Those of the transaction that the next statement begins. @throws where there is to be none: nothing must be sent then */
  nextSettings(): readonly Setting[] {
    return this.#state === 'open' ? NO_SETTINGS : this.#request.settings();
  }

  /** What must happen on the server before a statement of `writer` may run; undefined when nothing. */
  prepare(
    driver: DriverConnection,
    statement: Statement,
    writer: Savepoint | undefined,
    settings: readonly Setting[],
  ): Promise<void> | undefined {
    if (this.#state === 'open') {
      const mustSend = writer !== undefined && this.savepoints.mustSend(writer);
      if (this.#wrote && !mustSend) return undefined;
      const write = this.#wrote || driver.isWrite(statement);
      if (write === this.#wrote && !mustSend) return undefined;
      this.#wrote = write;
      return this.#sendBefore(driver, write, writer);
    }
    const write = driver.isWrite(statement);
    const begins = this.#settings.autobegin || this.#state === 'begun';
    if (begins || settings.length > 0) {
      if (!write && settings.length === 0 && this.#request.mode === 'on-first-write')
        return undefined;
      this.#isSingle = !begins;
      const mayWrite = write || this.#request.mode === 'eager';
      return this.#open(driver, { mayWrite, write, writer, settings });
    }
    return write ? driver.beforeWrite() : undefined;
  }

  async #sendBefore(
    driver: DriverConnection,
    write: boolean,
    writer: Savepoint | undefined,
  ): Promise<void> {
    if (write && !this.#mayWrite) await this.#letWrite(driver);
    await this.savepoints.send(writer);
  }

  async #letWrite(driver: DriverConnection): Promise<void> {
    await driver.beforeWrite();
    this.#mayWrite = true;
  }

  /** What an open one runs on. */
  get #driver(): DriverConnection {
    return this.#host.driver as DriverConnection;
  }

  /** Ends one of a single statement; undefined where it is another. */
  endSingle(how: 'commit' | 'rollback'): Promise<void> | undefined {
    return this.#isSingle ? this.end(how) : undefined;
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
      this.#reset(); // MariaDB commits by itself before and after DDL
      driver.transactionEnded();
      this.#host.causality?.committed(undefined);
      this.#host.notify('implicit-commit');
    } else if (!this.savepoints.isEmpty && driver.isWrite(statement))
      this.savepoints.noteWrite(writer);
  }

  /** The statement failed. Finds out whether the transaction or the connection is lost with it. */
  afterFailure(driver: DriverConnection, error: unknown, statement?: Statement): void {
    noteCircumstances(error);
    driver.noteError(error, statement);
    if (this.#state === 'open') {
      if (driver.alive && driver.committedBeforeFailure) this.#host.notify('implicit-commit');
      const loss = lossOn(driver);
      if (loss) this.poison(loss, error);
      return;
    }
    if (!this.#settings.autobegin) driver.transactionEnded();
  }

  // --- scripts with a BEGIN and a COMMIT of their own -----------------------------------------

  /** Whether one may run as it is: outside a session, where no transaction is under way and the database takes it. */
  get takesScripts(): boolean {
    if (this.#settings.autobegin || this.#state !== 'idle') return false;
    return this.#settings.takesScripts && this.#request.settings().length === 0;
  }

  /** One has run, or failed in the middle: a transaction that it left open is its owner's. */
  afterScript(driver: DriverConnection, owner: SavepointOwner): void {
    if (driver.inTransaction !== true) return;
    this.#state = 'open';
    this.#begunBy = { owner };
    this.#mayWrite = true;
    this.#wrote = true;
  }

  // --- on the server --------------------------------------------------------------------------

  /** Sends BEGIN. Undefined where nothing is to be waited for before the statement that follows, unless it is `alone`. */
  #open(
    driver: DriverConnection,
    {
      mayWrite,
      write,
      writer,
      settings,
      alone = false,
    }: {
      mayWrite: boolean;
      write: boolean;
      writer?: Savepoint | undefined;
      settings: readonly Setting[];
      alone?: boolean;
    },
  ): Promise<void> | undefined {
    const opened = (way: BeginWay, durationMs: number): void => {
      this.#state = 'open';
      this.#hasBegun = true;
      this.#mayWrite = mayWrite;
      this.#wrote = write;
      this.savepoints.serveAsBegin(writer);
      this.#host.notify('begin', { durationMs, way });
    };
    const startedAt = performance.now();
    const opening = driver.begin({ mayWrite, alone, settings, ...this.#request.options });
    if (typeof opening !== 'string')
      return opening.then(() => opened('sent', performance.now() - startedAt));
    opened(opening, 0); // done at once is no wait, however busy the machine
    return undefined;
  }

  /** BEGIN by itself, not on the way of a statement: where it fails nothing is begun, and it can be tried again. */
  async #openNow(): Promise<void> {
    try {
      const settings = this.#request.settings();
      const driver = await this.#host.acquire();
      await this.#open(driver, { mayWrite: true, write: false, settings, alone: true });
    } catch (error) {
      this.#reset();
      if (this.#host.driver) this.afterFailure(this.#host.driver, error);
      throw error;
    }
  }

  /** @internal For its savepoints. */
  async sendSavepoint(op: SavepointOperation, name: string): Promise<void> {
    if (this.#state !== 'open') return;
    const driver = this.#driver;
    const sql = savepointSql(op, name);
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
    await rollBackOn(this.#driver, this.#host);
  }

  #reset(): void {
    this.#state = 'idle';
    this.#request.reset();
    this.#begunBy = undefined;
    this.#mayWrite = false;
    this.#wrote = false;
    this.#isSingle = false;
    this.savepoints.clear();
  }
}

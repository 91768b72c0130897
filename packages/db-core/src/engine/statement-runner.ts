/**
 * The way of one statement through its connection: its turn, what it is, a driver connection, BEGIN and savepoints before
 * it, the driver call, and what the answer says of the transaction. Statements run one at a time, in the order of asking.
 */
import type { AskServer, DriverConnection } from '../dialects/driver-connection';
import type { Setting } from '../sql/settings';
import type { Statement } from '../sql/statement';
import type { Checkout } from './checkout';
import type { ConnectionStatus } from './connection-host';
import type { DriverCall, Form } from './driver-call';
import type { IdleWatch } from './idle-watch';
import type { Mutex } from './mutex';
import type { RepeatedReads } from './repeated-reads';
import type { SavepointOwner } from './savepoint';
import type { Transaction } from './transaction';
import { isAnswer, withUnknownOutcome } from '../dialects/driver-error';
import { ScopeClosedError } from '../errors/errors';
import { answerInTime } from './answer';
import { queryChannel } from './channels';
import { carryOut } from './library-control';
import { observed } from './driver-call';
import { nestingOn } from './nesting';
import { mayWaitBehind } from './occupant';

export class StatementRunner {
  readonly #connection: ConnectionStatus;
  readonly #checkout: Checkout;
  readonly #transaction: Transaction;
  readonly #turn: Mutex;
  readonly #idleWatch: IdleWatch | undefined;
  readonly #repeatedReads: RepeatedReads | undefined;
  /** Counts calls: which of two was made first. */
  #calls = 0;

  constructor(
    connection: ConnectionStatus,
    checkout: Checkout,
    transaction: Transaction,
    turn: Mutex,
  ) {
    this.#connection = connection;
    this.#checkout = checkout;
    this.#transaction = transaction;
    this.#turn = turn;
    const { session, engine } = connection;
    this.#idleWatch = session && engine.idleWatch(session);
    this.#repeatedReads = session && engine.repeatedReads(session);
  }

  /** The number of the call that is made now. */
  nextCall(): number {
    return ++this.#calls;
  }

  /** What began a nested transaction is answered. */
  answerNested(): void {
    this.#transaction.savepoints.answer(this.#calls + 1);
  }

  /** Awaits only what is a promise: a statement of a synchronous driver costs one promise. */
  async run<T, R>(
    sql: string,
    params: unknown,
    perform: DriverCall<T>,
    owner: SavepointOwner,
    form: Form<T, R>,
  ): Promise<R> {
    if (this.#idleWatch) this.#noteCaller(this.#idleWatch, sql);
    if (this.#repeatedReads) this.#repeatedReads.asked(sql);
    if (this.#connection.occupant) await mayWaitBehind(this.#connection);
    const asked = this.nextCall();
    const isObserved =
      this.#checkout.listener !== undefined ||
      this.#connection.engine.observes('query') ||
      queryChannel.hasSubscribers;
    const call = isObserved ? observed(this.#checkout, sql, params, perform) : perform;
    const waiting = this.takeTurn();
    if (waiting) await waiting;
    try {
      if (this.#connection.closed) throw new ScopeClosedError();
      const statement = this.#connection.engine.describe(sql);
      const nesting = nestingOn(this.#connection);
      const isScript = statement.isScript && this.#transaction.takesScripts;
      const control = isScript ? undefined : statement.control;
      if (control) {
        await carryOut(this.#transaction, control, { owner, nesting, asked });
        this.answerNested();
        return form.result(undefined);
      }
      this.#transaction.assertUsable();
      const { savepoints } = this.#transaction;
      const writer =
        nesting || !savepoints.isEmpty ? savepoints.writerOf({ owner, nesting, asked }) : undefined;
      const settings = this.#transaction.nextSettings();
      const acquired = this.#checkout.acquire(this.#mayReadAnywhere(statement, settings));
      const driver = acquired instanceof Promise ? await acquired : acquired;
      let isSent = false;
      try {
        const preparing = this.#transaction.prepare(driver, statement, writer, settings);
        if (preparing) await preparing;
        const turn = driver.loopTurn();
        if (turn) await turn;
        isSent = true;
        const running = this.#send(driver, statement, call);
        const answer =
          running instanceof Promise
            ? await answerInTime(this.#connection, driver, running)
            : running;
        isSent = false;
        this.#transaction.after(driver, statement, answer, writer);
        if (!this.#transaction.isOpen && driver.isWrite(statement)) this.#checkout.stayWritten();
        const ending = this.#transaction.endSingle('commit');
        if (ending) await ending;
        return form.result(answer);
      } catch (failure) {
        const error = isSent ? this.#ofLostAnswer(driver, statement, failure) : failure;
        this.#transaction.afterFailure(driver, error, statement);
        const completing = driver.completeError(error, statement, this.#askOn(driver));
        if (completing) await completing;
        await this.#transaction.endSingle('rollback');
        throw error;
      } finally {
        if (isScript) this.#transaction.afterScript(driver, owner);
      }
    } catch (error) {
      throw form.error(error);
    } finally {
      this.endTurn();
    }
  }

  /** Undefined where it is the caller's at once, who calls `endTurn` afterwards; else a promise of it. */
  takeTurn(): Promise<void> | undefined {
    this.#idleWatch?.stop();
    return this.#turn.acquire();
  }

  /** The next in line has its turn; where there is none, a connection that nothing counts on goes back. */
  endTurn(): void {
    if (!this.#turn.awaited) {
      if (!this.#transaction.isOnServer) this.#checkout.releaseIfFree();
      else if (!this.#connection.occupant) this.#idleWatch?.start();
    }
    this.#turn.release();
  }

  #mayReadAnywhere(statement: Statement, settings: readonly Setting[]): boolean {
    return (
      this.#checkout.causality !== undefined && this.#transaction.isReadBefore(statement, settings)
    );
  }

  /** Only where it may be asked for: to note it takes longer than many a read. */
  #noteCaller(watch: IdleWatch, sql: string): void {
    if (this.#turn.held || this.#transaction.mayBeOpenAfter(this.#connection.engine.describe(sql)))
      watch.asked();
  }

  #send<T>(driver: DriverConnection, statement: Statement, perform: DriverCall<T>): T | Promise<T> {
    return this.#transaction.isOpen
      ? perform(driver.inner)
      : driver.autocommit(statement, () => perform(driver.inner));
  }

  /** For a question about an error. Not in `run`, where a function would make `driver` a variable on the heap. */
  #askOn(driver: DriverConnection): AskServer {
    return async (sql, params) =>
      observed(this.#checkout, sql, params, (own) => own.execute(sql, params))(driver.inner);
  }

  /** Where the answer to a statement that the server keeps by itself is lost, it may have been carried out. */
  #ofLostAnswer(driver: DriverConnection, statement: Statement, error: unknown): unknown {
    const commits = !this.#transaction.isOpen || statement.endsImplicitly;
    const isLost = !driver.alive && !isAnswer(error);
    return isLost && commits && driver.isWrite(statement) ? withUnknownOutcome(error) : error;
  }
}

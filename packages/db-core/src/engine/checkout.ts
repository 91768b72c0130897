/**
 * The driver connection that a {@link Connection} holds, from checkout to checkin, and the events of it for the engine's
 * listeners and the connection's own.
 *
 * A session's goes back as soon as nothing counts on having the same one again: a request that has only read holds none.
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { ConnectionStatus } from './connection-host';
import type { Causality, ConnectionOptions } from './connection-options';
import type { ConnectionEvent, ConnectionListener, EventDetails } from './events';
import type { QueryTrace, TransactionTrace } from './channels';
import { ScopeClosedError } from '../errors/errors';
import {
  checkoutChannel,
  traceBegin,
  traceEnd,
  traced,
  traceOf,
  traceOn,
  transactionChannel,
} from './channels';

const NO_TIME = { durationMs: 0 };
const NO_DRIVER = { node: undefined, id: undefined };

export class Checkout {
  readonly listener: ConnectionListener | undefined;
  readonly causality: Causality | undefined;
  readonly #holder: ConnectionStatus;
  readonly #onBegin: (() => void) | undefined;
  #driver: DriverConnection | undefined;
  /** Whether it was borrowed for plain reads alone. */
  #isReaders = false;
  /** How many callers count on the same one until they say otherwise. */
  #holds = 0;
  /** Whether it must stay for what was done on it outside a transaction. */
  #stays = false;
  #broken = false;
  /** Of the transaction that is open, where somebody watches. */
  #transaction: TransactionTrace | undefined;

  constructor(holder: ConnectionStatus, { listener, onBegin, causality }: ConnectionOptions) {
    this.listener = listener;
    this.causality = causality;
    this.#holder = holder;
    this.#onBegin = onBegin;
  }

  /** The driver connection held now. */
  get driver(): DriverConnection | undefined {
    return this.#driver;
  }

  /**
   * The driver connection, borrowed if need be.
   *
   * @param isPlainRead whether any server may answer, where replicas are read from
   * @throws PoolTimeoutError; ScopeClosedError when the wait outlived the request.
   */
  acquire(isPlainRead = false): DriverConnection | Promise<DriverConnection> {
    const reads = isPlainRead && this.#readsReplicas ? this.causality : undefined;
    if (this.#driver && this.#isReaders && !reads) this.release();
    if (this.#driver) return this.#driver;
    if (!checkoutChannel.hasSubscribers) return this.#acquire(reads);
    return traced(checkoutChannel, traceOf(this.#holder), async () => this.#acquire(reads));
  }

  #acquire(reads: Causality | undefined): DriverConnection | Promise<DriverConnection> {
    this.#isReaders = reads !== undefined;
    const acquiring = this.#holder.engine.checkout(reads);
    if (acquiring instanceof Promise) return this.#wait(acquiring);
    this.#driver = acquiring;
    this.notify('checkout', NO_TIME);
    return acquiring;
  }

  async #wait(acquiring: Promise<DriverConnection>): Promise<DriverConnection> {
    const startedAt = performance.now();
    const driver = await acquiring;
    this.#driver = driver;
    this.notify('checkout', { durationMs: performance.now() - startedAt });
    if (this.#holder.closed) throw new ScopeClosedError(); // close() gives it back
    return driver;
  }

  get #readsReplicas(): boolean {
    return this.#holds === 0 && !this.#stays && this.causality?.readsReplicas === true;
  }

  /** It is in an unknown state: it must not be used again. */
  markBroken(): void {
    this.#broken = true;
  }

  /** Somebody counts on having the same one until `letGo`. */
  hold(): void {
    this.#holds++;
  }

  letGo(): void {
    this.#holds--;
  }

  /** It stays until the transaction or the session ends. */
  stay(): void {
    this.#stays = true;
  }

  /** A statement that is kept at once has written. */
  stayWritten(): void {
    this.#stays = true;
    this.causality?.committed(undefined);
  }

  /** Between two statements, where no transaction is open: gives it back unless somebody counts on the same one. */
  releaseIfFree(): void {
    const driver = this.#driver;
    if (!driver) return;
    const isNeeded = this.#holds > 0 || this.#stays || !driver.reusable;
    if (!isNeeded || !driver.alive) this.release();
  }

  /** After a transaction. */
  releaseAfterTransaction(): void {
    this.#stays = false;
    if (this.#holds === 0) this.release();
  }

  release(): void {
    const driver = this.#driver;
    this.#stays = false;
    if (!driver) return;
    this.notify('checkin');
    const broken = this.#broken;
    this.#driver = undefined;
    this.#broken = false;
    this.#holder.engine.checkin(driver, broken);
  }

  notify(event: ConnectionEvent, details?: EventDetails): void {
    const { engine, session } = this.#holder;
    const isObserved = engine.observes(event);
    if (isObserved || this.listener) {
      const { node, id: connectionId } = this.#driver ?? NO_DRIVER;
      // Spread last: before other members, an object of changing shape takes V8 of Node 20 seven times as long.
      const told = { connection: this.#holder, session, engine, node, connectionId, ...details };
      if (isObserved) engine.notify(event, told);
      this.listener?.note(event, told);
    }
    if (event === 'begin') this.#begun(details);
    else if (this.#transaction && traceEnd(this.#transaction, event, details))
      this.#transaction = undefined;
  }

  /** What is published of a statement that is sent now. */
  traceOfQuery(sql: string, params: unknown): QueryTrace {
    const known = traceOn(this.#holder, this.#driver);
    return { ...known, sql, params, transaction: this.#transaction };
  }

  #begun(details: EventDetails | undefined): void {
    if (transactionChannel.hasSubscribers)
      this.#transaction = traceBegin(this.#holder, this.#driver, details);
    this.#onBegin?.();
  }
}

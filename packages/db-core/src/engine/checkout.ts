/**
 * The driver connection that a {@link Connection} holds, from checkout to checkin, and the events of it for the engine's
 * listeners and the connection's own.
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { ConnectionStatus } from './connection-host';
import type { ConnectionEvent, ConnectionListener, EventDetails } from './events';
import { ScopeClosedError } from '../errors/errors';

const NO_TIME = { durationMs: 0 };

export class Checkout {
  readonly listener: ConnectionListener | undefined;
  readonly #holder: ConnectionStatus;
  readonly #onBegin: (() => void) | undefined;
  #driver: DriverConnection | undefined;
  #broken = false;

  constructor(holder: ConnectionStatus, listener?: ConnectionListener, onBegin?: () => void) {
    this.listener = listener;
    this.#holder = holder;
    this.#onBegin = onBegin;
  }

  /** The driver connection held now. */
  get driver(): DriverConnection | undefined {
    return this.#driver;
  }

  /** The driver connection, borrowed if need be. @throws PoolTimeoutError; ScopeClosedError when the wait outlived the request. */
  acquire(): DriverConnection | Promise<DriverConnection> {
    if (this.#driver) return this.#driver;
    const acquiring = this.#holder.engine.checkout();
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

  /** It is in an unknown state: it must not be used again. */
  markBroken(): void {
    this.#broken = true;
  }

  release(): void {
    const driver = this.#driver;
    if (!driver) return;
    this.notify('checkin');
    const broken = this.#broken;
    this.#driver = undefined;
    this.#broken = false;
    this.#holder.engine.checkin(driver, broken);
  }

  notify(event: ConnectionEvent, details?: EventDetails): void {
    this.#holder.engine.notify(event, this.#holder, details);
    if (event === 'begin') this.#onBegin?.();
    this.listener?.note(event, { ...details, connectionId: this.#driver?.id });
  }
}

/**
 * The driver connection that a {@link Connection} holds, from checkout to checkin. What happens on it goes to the
 * engine's listeners and to the connection's own.
 */
import type { Connection } from './connection';
import type { Dialect } from '../dialects/dialect';
import type { ConnectionEvent, ConnectionListener, EventDetails } from './events';
import { ScopeClosedError } from '../errors/errors';

const NO_TIME = { durationMs: 0 };

export class Checkout {
  readonly dialect: Dialect<object>;
  readonly listener: ConnectionListener | undefined;
  readonly #connection: Connection;
  readonly #onBegin: (() => void) | undefined;
  #raw: object | undefined;
  #broken = false;

  constructor(connection: Connection, listener?: ConnectionListener, onBegin?: () => void) {
    this.dialect = connection.engine.dialect;
    this.listener = listener;
    this.#connection = connection;
    this.#onBegin = onBegin;
  }

  /** The driver connection held now. */
  get raw(): object | undefined {
    return this.#raw;
  }

  /** The driver connection, borrowed if need be; undefined where the pool has none at hand. */
  now(): object | undefined {
    if (this.#raw) return this.#raw;
    const raw = this.#connection.engine.checkoutNow();
    if (!raw) return undefined;
    this.#raw = raw;
    this.emit('checkout', NO_TIME);
    return raw;
  }

  /** The same, waited for. @throws PoolTimeoutError; ScopeClosedError when the wait outlived the request. */
  async acquire(): Promise<object> {
    if (this.#raw) return this.#raw;
    const startedAt = performance.now();
    const raw = await this.#connection.engine.checkout();
    this.#raw = raw;
    this.emit('checkout', { durationMs: performance.now() - startedAt });
    if (this.#connection.closed) throw new ScopeClosedError(); // close() gives it back
    return raw;
  }

  /** It is in a state nobody knows: it must not be used again. */
  markBroken(): void {
    this.#broken = true;
  }

  giveBack(): void {
    const raw = this.#raw;
    if (!raw) return;
    this.emit('checkin');
    const broken = this.#broken;
    this.#raw = undefined;
    this.#broken = false;
    this.#connection.engine.checkin(raw, broken);
  }

  emit(event: ConnectionEvent, details?: EventDetails): void {
    this.#connection.engine.notify(event, this.#connection, details);
    if (event === 'begin') this.#onBegin?.();
    this.listener?.note(event, { ...details, connectionId: this.#id });
  }

  /** The server's name for it, while it is held. */
  get #id(): number | undefined {
    return this.#raw && this.dialect.connectionId(this.#raw);
  }
}

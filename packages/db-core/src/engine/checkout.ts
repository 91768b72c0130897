/**
 * The driver connection that a {@link Connection} holds, from checkout to checkin, and what is told of it
 * to the engine's listeners and the scope's recorder.
 */
import type { Connection } from './connection';
import type { Dialect } from '../dialects/dialect';
import type { EngineEvents } from './engine';
import type { RecordedKind, Recorder } from '../observe/recorder';
import { ScopeClosedError } from '../errors/errors';

/** What a connection tells of. */
export type ConnectionEvent = keyof EngineEvents & RecordedKind;

const NO_TIME = { durationMs: 0 };

export class Checkout {
  readonly dialect: Dialect<object>;
  readonly recorder: Recorder | undefined;
  readonly #connection: Connection;
  readonly #onBegin: (() => void) | undefined;
  #raw: object | undefined;
  #broken = false;

  constructor(connection: Connection, recorder?: Recorder, onBegin?: () => void) {
    this.dialect = connection.engine.dialect;
    this.recorder = recorder;
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
    this.tell('checkout', NO_TIME);
    return raw;
  }

  /** The same, waited for. @throws PoolTimeoutError; ScopeClosedError when the wait outlived the request. */
  async acquire(): Promise<object> {
    if (this.#raw) return this.#raw;
    const startedAt = performance.now();
    const raw = await this.#connection.engine.checkout();
    this.#raw = raw;
    this.tell('checkout', { durationMs: performance.now() - startedAt });
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
    this.tell('checkin');
    const broken = this.#broken;
    this.#raw = undefined;
    this.#broken = false;
    this.#connection.engine.checkin(raw, broken);
  }

  tell(event: ConnectionEvent, details?: object): void {
    this.#connection.engine.notify(event, this.#connection, details);
    if (event === 'begin') this.#onBegin?.();
    this.recorder?.note(event, { ...details, connectionId: this.id });
  }

  /** The server's name for it, while it is held. */
  get id(): number | undefined {
    return this.#raw && this.dialect.connectionId(this.#raw);
  }
}

/**
 * The engine's one pool of driver connections: at most `size` of them, handed out last in, first out,
 * waited for in the order of asking.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/pooling.html
 */
import type { Dialect } from '../dialects/dialect';
import { InvalidRequestError, PoolTimeoutError } from '../errors/errors';

export interface PoolOptions {
  /** Connections at most. Default 10; SQLite 4. */
  readonly poolSize: number;
  /** How long `acquire` waits for a connection. Default 30000. */
  readonly acquireTimeoutMs: number;
  /**
   * Ask an idle connection for a sign of life before handing it out: always, never, or when it has lain idle
   * for longer than so many milliseconds. Default 1000: a busy pool never asks, and after a quiet time nobody
   * meets a connection that a server or a firewall has dropped meanwhile.
   */
  readonly prePing: boolean | number;
  /** Replace a connection older than this when it is handed out; 0 keeps it for ever. Default 0. */
  readonly recycleSeconds: number;
}

/** A snapshot of the pool; all figures are connections, but `opened` and `checkouts`, which count up. */
export interface PoolStatus {
  readonly size: number;
  readonly max: number;
  readonly idle: number;
  readonly inUse: number;
  readonly waiting: number;
  /** Connections opened since the start. */
  readonly opened: number;
  /** Connections handed out since the start. */
  readonly checkouts: number;
}

interface Waiter<Raw> {
  readonly resolve: (raw: Raw) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class Pool<Raw extends object> {
  readonly #dialect: Dialect<Raw>;
  readonly #options: PoolOptions;
  readonly #idle: Raw[] = [];
  readonly #waiting: Waiter<Raw>[] = [];
  readonly #openedAt = new WeakMap<Raw, number>();
  readonly #idleSince = new WeakMap<Raw, number>();
  #size = 0;
  #opened = 0;
  #checkouts = 0;
  #disposed = false;

  constructor(dialect: Dialect<Raw>, options: PoolOptions) {
    this.#dialect = dialect;
    this.#options = options;
  }

  get status(): PoolStatus {
    const idle = this.#idle.length;
    return {
      size: this.#size,
      max: this.#options.poolSize,
      idle,
      inUse: this.#size - idle,
      waiting: this.#waiting.length,
      opened: this.#opened,
      checkouts: this.#checkouts,
    };
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Whether `acquire` would have to wait for somebody to release. */
  get exhausted(): boolean {
    return this.#idle.length === 0 && this.#size >= this.#options.poolSize;
  }

  /**
   * A connection of its own for the caller, who must `release` it.
   *
   * @throws PoolTimeoutError when none becomes free within `acquireTimeoutMs`.
   * @throws OperationalError when the database cannot be reached.
   */
  async acquire(): Promise<Raw> {
    // Nothing is awaited before a place in the pool or in the line is taken: askers keep their order.
    if (this.#disposed)
      throw new InvalidRequestError(
        'This engine was disposed: create a new one with createEngine(url).',
      );
    const idle = this.#takeIdle();
    const raw = await (idle ?? (this.#size < this.#options.poolSize ? this.#open() : this.#wait()));
    if (idle && this.#isDoubtful(idle) && !(await this.#answers(idle))) {
      this.#discard(idle);
      return this.acquire();
    }
    this.#checkouts++;
    return raw;
  }

  /** As `acquire`, where a connection is at hand and needs no sign of life; undefined otherwise. */
  acquireNow(): Raw | undefined {
    const idle = this.#takeIdle();
    if (idle === undefined) return undefined;
    if (this.#isDoubtful(idle)) {
      this.#idle.push(idle);
      return undefined;
    }
    this.#checkouts++;
    return idle;
  }

  /** Takes a connection back; a broken one is closed and replaced for whoever waits. */
  release(raw: Raw, broken = false): void {
    if (broken || this.#disposed || !this.#dialect.isAlive(raw)) {
      this.#discard(raw);
      this.#openForWaiter();
      return;
    }
    const waiter = this.#waiting.shift();
    if (!waiter) {
      this.#idleSince.set(raw, performance.now());
      this.#idle.push(raw);
      return;
    }
    clearTimeout(waiter.timer);
    // A synchronous driver never yields by itself: let other work run between two owners.
    if (this.#dialect.synchronous) setImmediate(waiter.resolve, raw);
    else waiter.resolve(raw);
  }

  /** Closes what is idle now and every other connection when it comes back; later `acquire`s are refused. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const idle = this.#idle.splice(0);
    this.#size -= idle.length;
    for (const waiter of this.#waiting.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(
        new InvalidRequestError('This engine was disposed while a connection was waited for.'),
      );
    }
    await Promise.all(idle.map((raw) => this.#dialect.close(raw)));
  }

  #takeIdle(): Raw | undefined {
    for (let raw = this.#idle.pop(); raw; raw = this.#idle.pop()) {
      if (this.#dialect.isAlive(raw) && !this.#isExpired(raw)) return raw;
      this.#discard(raw);
    }
    return undefined;
  }

  #isExpired(raw: Raw): boolean {
    const { recycleSeconds } = this.#options;
    return (
      recycleSeconds > 0 && Date.now() - (this.#openedAt.get(raw) ?? 0) > recycleSeconds * 1000
    );
  }

  #isDoubtful(raw: Raw): boolean {
    const { prePing } = this.#options;
    if (typeof prePing === 'boolean') return prePing;
    return performance.now() - (this.#idleSince.get(raw) ?? 0) > prePing;
  }

  #answers(raw: Raw): Promise<boolean> {
    return this.#dialect.ping(raw).then(
      () => true,
      () => false,
    );
  }

  async #open(): Promise<Raw> {
    this.#size++;
    try {
      const raw = await this.#dialect.connect();
      this.#opened++;
      this.#openedAt.set(raw, Date.now());
      return raw;
    } catch (error) {
      this.#size--;
      throw error;
    }
  }

  #wait(): Promise<Raw> {
    const { poolSize, acquireTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(
          new PoolTimeoutError(
            `All ${poolSize} connections of the pool were in use for ${acquireTimeoutMs} ms. ` +
              `Either requests hold them too long (a slow statement, an external call inside a transaction) ` +
              `or poolSize is too small for this load.`,
          ),
        );
      }, acquireTimeoutMs);
      const waiter: Waiter<Raw> = { resolve, reject, timer };
      this.#waiting.push(waiter);
    });
  }

  #openForWaiter(): void {
    const waiter = this.#waiting.shift();
    if (!waiter) return;
    clearTimeout(waiter.timer);
    this.#open().then(waiter.resolve, (error: Error) => {
      waiter.reject(error);
      this.#openForWaiter();
    });
  }

  #discard(raw: Raw): void {
    this.#size--;
    void this.#dialect.close(raw).catch(() => undefined); // it is broken or unwanted: nobody is left to tell
  }
}

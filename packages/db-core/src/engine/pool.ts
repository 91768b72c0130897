/**
 * The engine's one pool of driver connections: at most `size` of them, handed out last in, first out,
 * waited for in the order of asking.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/pooling.html
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { DriverConnection } from '../dialects/driver-connection';
import { InvalidRequestError, PoolTimeoutError } from '../errors/errors';
import { closeDriver } from './close-driver';

/**
 * Options of an engine's pool.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/pooling.html
 */
export interface PoolOptions {
  /** Connections at most. Default 10; SQLite 4. */
  readonly poolSize: number;
  /** How long `acquire` waits for a connection. Default 30000. */
  readonly acquireTimeoutMs: number;
  /**
   * Ping an idle connection before it is handed out: always, never, or when it was idle for longer than so many
   * milliseconds. Default 1000: a busy pool never pings, and after a quiet time no caller gets a connection
   * that a server or a firewall has dropped meanwhile.
   */
  readonly prePing: boolean | number;
  /**
   * The age at which a connection is replaced: when it is handed out or comes back, or when it lies idle. Each is given up to
   * a tenth less, so that they do not go all at once. So a pooler's or a server's orderly restart ends, and connections
   * spread over the nodes again. 0 keeps them for ever. Default 1800; SQLite 0.
   */
  readonly recycleSeconds: number;
  /** Close a connection that has been idle for so long, where more than `minPoolSize` are open; 0: never. Default 600000; SQLite 0. */
  readonly idleTimeoutMs: number;
  /** How many connections `idleTimeoutMs` leaves. None is opened before it is needed. Default 1. */
  readonly minPoolSize: number;
}

/** A snapshot of the pool; all figures are connections, but `opened`, `checkouts` and `timeouts`, which count up. */
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
  /** How often a connection was waited for in vain since the start. */
  readonly timeouts: number;
}

/** Where the pool's connections come from. */
export interface PoolSource {
  /** Whether the driver holds the event loop while it works: the loop turns between two owners of a connection. */
  readonly synchronous: boolean;
  connect(): Promise<DriverConnection>;
  /** Whether `connect` failed because the server grants no further connection. */
  isConnectionLimit(error: unknown): boolean;
}

interface Waiter {
  readonly resolve: (driver: DriverConnection) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout;
}

interface Idle {
  readonly driver: DriverConnection;
  readonly since: number;
}

/** A wait for connections to be closed. */
interface Draining {
  readonly leaving: Set<DriverConnection>;
  readonly closing: Promise<void>[];
  readonly resolve: () => void;
}

export class Pool {
  readonly #source: PoolSource;
  readonly #options: PoolOptions;
  readonly #idle: Idle[] = [];
  readonly #waiting: Waiter[] = [];
  /** Those that are open, and when each is too old. */
  readonly #expiry = new Map<DriverConnection, number>();
  readonly #draining = new Set<Draining>();
  /** Whether it matters how long a connection has been idle, or how old it is. */
  readonly #timesIdle: boolean;
  #sweep: NodeJS.Timeout | undefined;
  /** When it is due. */
  #sweepAt = Infinity;
  #size = 0;
  #opened = 0;
  #checkouts = 0;
  #timeouts = 0;
  #returned = 0;
  #disposed = false;
  /** What the last attempt to open a connection failed with; undefined since one succeeded. */
  #refusal: unknown;

  constructor(source: PoolSource, options: PoolOptions) {
    this.#source = source;
    this.#options = options;
    this.#timesIdle = !source.synchronous || options.idleTimeoutMs + options.recycleSeconds > 0;
  }

  get status(): PoolStatus {
    const idle = this.#idle.length;
    return {
      size: this.#size,
      max: this.#options.poolSize,
      idle,
      inUse: this.inUse,
      waiting: this.#waiting.length,
      opened: this.#opened,
      checkouts: this.#checkouts,
      timeouts: this.#timeouts,
    };
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  get inUse(): number {
    return this.#size - this.#idle.length;
  }

  /** Whether `acquire` would have to wait for a release. */
  get exhausted(): boolean {
    return this.#idle.length === 0 && this.#size >= this.#options.poolSize;
  }

  /**
   * A connection of its own for the caller, who must `release` it. A promise where it must be waited for; a place in the
   * pool or in the line is taken at once, so that callers keep their order.
   *
   * @throws PoolTimeoutError when none becomes free within `acquireTimeoutMs`.
   * @throws OperationalError when the database cannot be reached.
   */
  acquire(): DriverConnection | Promise<DriverConnection> {
    if (this.#disposed) throw disposed();
    const idle = this.#takeIdle();
    if (!idle && this.#waiting.length > 0) return this.#waitInLine();
    if (!idle) return this.#size < this.#options.poolSize ? this.#openFirst() : this.#wait();
    if (this.#isDoubtful(idle)) return this.#ask(idle.driver);
    this.#checkouts++;
    return idle.driver;
  }

  /** Takes a connection back; a broken one is closed, and replaced if a caller waits. */
  release(driver: DriverConnection, broken = false): void {
    if (!broken && driver.alive) this.#returned++;
    if (broken || this.#disposed || !driver.reusable || this.#isExpired(driver))
      return this.#discard(driver);
    const waiter = this.#nextWaiter();
    if (!waiter) this.#keep(driver);
    // A synchronous driver never yields by itself: let other work run between two owners.
    else if (this.#source.synchronous) setImmediate(() => this.#serve(waiter, driver));
    else this.#serve(waiter, driver);
  }

  /** Closes what is idle now and every other connection when it comes back; later `acquire`s are refused. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#sweep);
    const idle = this.#idle.splice(0);
    for (let waiter = this.#nextWaiter(); waiter; waiter = this.#nextWaiter())
      waiter.reject(
        new InvalidRequestError('This engine was disposed while a connection was waited for.'),
      );
    await Promise.all(idle.map(({ driver }) => this.#close(driver)));
  }

  /** Connections that came back whole since the start: as long as some do, the server answers. */
  get returned(): number {
    return this.#returned;
  }

  /**
   * Closes every connection that is open now: those that are idle at once, the others as they come back.
   *
   * @param now the others as well, since their server is gone: calls that wait for its answer get an error
   */
  expire(now = false): void {
    for (const driver of this.#expiry.keys()) this.#expiry.set(driver, 0);
    const idle = new Set(this.#idle.map(({ driver }) => driver));
    if (now) for (const driver of this.#expiry.keys()) if (!idle.has(driver)) driver.destroy();
    for (const { driver } of this.#idle.splice(0)) this.#discard(driver);
  }

  /**
   * Closes every connection that is open now: those that are idle at once, the others as they come back. Who asks in the
   * meantime gets a new one.
   *
   * @throws PoolTimeoutError when some are still in use after `timeoutMs`; they are closed when they come back.
   */
  async drain(timeoutMs: number): Promise<void> {
    const leaving = new Set(this.#expiry.keys());
    let timer: NodeJS.Timeout | undefined;
    const closing: Promise<void>[] = [];
    const closed = new Promise<void>((resolve, reject) => {
      this.#draining.add({ leaving, closing, resolve });
      timer = setTimeout(() => reject(stillInUse(leaving.size, timeoutMs)), timeoutMs);
      if (leaving.size === 0) resolve();
    });
    this.expire();
    try {
      await closed;
      await Promise.all(closing);
    } finally {
      clearTimeout(timer);
      for (const each of this.#draining) if (each.leaving === leaving) this.#draining.delete(each);
    }
  }

  #keep(driver: DriverConnection): void {
    const idle = { driver, since: this.#timesIdle ? performance.now() : 0 };
    this.#idle.push(idle);
    if (!this.#timesIdle) return;
    // The first has been idle for longest, and may be one to spare since this one is there.
    const at = Math.min(this.#closesAt(idle), this.#closesAt(this.#idle[0] ?? idle));
    if (at < this.#sweepAt) this.#sweepLater(at);
  }

  #sweepLater(at: number): void {
    clearTimeout(this.#sweep);
    this.#sweepAt = at;
    if (at === Infinity) return;
    const delay = Math.ceil(Math.max(0, at - performance.now()));
    this.#sweep = setTimeout(() => this.#closeOld(), Math.min(delay, LONGEST_TIMER)).unref();
  }

  /** Closes what has been idle for too long or is too old, and comes again when the next one is. */
  #closeOld(): void {
    const now = performance.now();
    const isOld = (idle: Idle): boolean => this.#closesAt(idle) <= now;
    // One after the other: each that goes leaves fewer to spare.
    for (let at = this.#idle.findIndex(isOld); at >= 0; at = this.#idle.findIndex(isOld))
      for (const { driver } of this.#idle.splice(at, 1)) this.#discard(driver);
    this.#sweepLater(Math.min(Infinity, ...this.#idle.map((idle) => this.#closesAt(idle))));
  }

  /** Infinity where it may stay. The last `minPoolSize` stay until they are too old. */
  #closesAt({ driver, since }: Idle): number {
    const { idleTimeoutMs, minPoolSize } = this.#options;
    const expiry = this.#expiry.get(driver) ?? 0;
    const isSpare = idleTimeoutMs > 0 && this.#size > minPoolSize;
    return isSpare ? Math.min(expiry, since + idleTimeoutMs) : expiry;
  }

  #takeIdle(): Idle | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.driver.alive && !this.#isExpired(idle.driver)) return idle;
      this.#discard(idle.driver);
    }
    return undefined;
  }

  #isExpired(driver: DriverConnection): boolean {
    const expiry = this.#expiry.get(driver) ?? 0;
    return expiry !== Infinity && expiry <= performance.now();
  }

  /** When a connection that is opened now is too old. */
  #expiryFromNow(): number {
    const { recycleSeconds } = this.#options;
    if (recycleSeconds === 0) return Infinity;
    return performance.now() + recycleSeconds * 1000 * (1 - JITTER * Math.random());
  }

  #isDoubtful({ since }: Idle): boolean {
    const { prePing } = this.#options;
    if (typeof prePing === 'boolean') return prePing;
    return !this.#source.synchronous && performance.now() - since > prePing; // what is in this process is not dropped
  }

  /** The idle connection if it answers a ping, else another. */
  async #ask(driver: DriverConnection): Promise<DriverConnection> {
    try {
      await driver.ping();
      this.#checkouts++;
      return driver;
    } catch {
      // What has lain idle beside it is no better: each would be waited for in vain.
      for (const idle of this.#idle.splice(0)) this.#discard(idle.driver);
      this.#discard(driver);
      return this.acquire();
    }
  }

  async #openFirst(): Promise<DriverConnection> {
    try {
      const driver = await this.#open();
      this.#checkouts++;
      return driver;
    } catch (error) {
      if (this.#mustWait(error)) return this.#wait();
      throw error;
    }
  }

  async #open(): Promise<DriverConnection> {
    this.#size++;
    try {
      const driver = await this.#source.connect();
      this.#refusal = undefined;
      this.#opened++;
      this.#expiry.set(driver, this.#expiryFromNow());
      return driver;
    } catch (error) {
      this.#refusal = error;
      this.#size--;
      if (!this.#mustWait(error)) this.#openForWaiter();
      throw error;
    }
  }

  #wait(): Promise<DriverConnection> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, timer: this.#deadlineOf(() => waiter) };
      this.#waiting.push(waiter);
    });
  }

  /** Behind those who wait already; a place that is free meanwhile is for the first of them. */
  #waitInLine(): Promise<DriverConnection> {
    const waiting = this.#wait();
    this.#openForWaiter();
    return waiting;
  }

  #deadlineOf(waiter: () => Waiter): NodeJS.Timeout {
    return setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(waiter()), 1);
      this.#timeouts++;
      waiter().reject(this.#timeout());
    }, this.#options.acquireTimeoutMs);
  }

  #nextWaiter(): Waiter | undefined {
    const waiter = this.#waiting.shift();
    if (waiter) clearTimeout(waiter.timer);
    return waiter;
  }

  /** A place has become free without a connection: the caller who has waited longest gets a new one. */
  #openForWaiter(): void {
    if (this.#disposed || this.#size >= this.#options.poolSize) return;
    const waiter = this.#nextWaiter();
    if (!waiter) return;
    this.#open().then(
      (driver) => this.#serve(waiter, driver),
      (error: unknown) => {
        if (!this.#mustWait(error)) return waiter.reject(error);
        waiter.timer = this.#deadlineOf(() => waiter);
        this.#waiting.unshift(waiter);
      },
    );
  }

  #serve(waiter: Waiter, driver: DriverConnection): void {
    this.#checkouts++;
    waiter.resolve(driver);
  }

  /** Whether the server grants fewer connections than the pool would hold: the pool works with those it has. */
  #mustWait(error: unknown): boolean {
    return this.#size > 0 && this.#source.isConnectionLimit(error);
  }

  #discard(driver: DriverConnection): void {
    void this.#close(driver); // never rejects
    this.#openForWaiter();
  }

  #close(driver: DriverConnection): Promise<void> {
    this.#size--;
    this.#expiry.delete(driver);
    const closing = closeDriver(driver);
    for (const draining of this.#draining) {
      if (!draining.leaving.delete(driver)) continue;
      draining.closing.push(closing);
      if (draining.leaving.size === 0) draining.resolve();
    }
    return closing;
  }

  #timeout(): PoolTimeoutError {
    const { poolSize, acquireTimeoutMs } = this.#options;
    const { inUse } = this.status;
    const cause = this.#refusal;
    if (inUse < poolSize && cause instanceof Error) {
      return new PoolTimeoutError(
        `No connection became free within ${acquireTimeoutMs} ms: ${inUse} of the pool's ${poolSize} were in use, ` +
          `and the server gave no further one (${cause.message})`,
        cause,
      );
    }
    return new PoolTimeoutError(
      `All ${poolSize} connections of the pool were in use for ${acquireTimeoutMs} ms. ` +
        `Either requests hold them too long (a slow statement, an external call inside a transaction) ` +
        `or poolSize is too small for this load.`,
    );
  }
}

/** By how much of its age a connection may be replaced before. */
const JITTER = 0.1;
/** What a timer takes, about 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

function stillInUse(count: number, timeoutMs: number): PoolTimeoutError {
  return new PoolTimeoutError(
    `${count} ${count === 1 ? 'connection was' : 'connections were'} still in use ${timeoutMs} ms after drain() was called, by requests, streams or ` +
      'connections of engine.connect() that have not ended. They are closed when they come back.',
  );
}

function disposed(): InvalidRequestError {
  return new InvalidRequestError(
    'This engine was disposed: create a new one with createEngine(url).',
  );
}

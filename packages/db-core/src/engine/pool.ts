/**
 * The engine's one pool of driver connections: at most `size` of them, handed out last in, first out,
 * waited for in the order of asking.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/pooling.html
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { DriverConnection } from '../dialects/driver-connection';
import type { PoolOptions } from './pool-options';
import { InvalidRequestError, PoolTimeoutError } from '../errors/errors';
import { closeDriver } from './close-driver';
import { isTooOld, OpenConnections } from './open-connections';

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

/** A wait for connections to be closed. */
interface Draining {
  readonly leaving: Set<DriverConnection>;
  readonly closing: Promise<void>[];
  readonly resolve: () => void;
}

export class Pool {
  readonly #source: PoolSource;
  readonly #options: PoolOptions;
  readonly #connections: OpenConnections;
  readonly #waiting: Waiter[] = [];
  readonly #draining = new Set<Draining>();
  /** How many are being opened. */
  #opening = 0;
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
    this.#connections = new OpenConnections(options, source.synchronous, (driver) =>
      this.#discard(driver),
    );
  }

  get status(): PoolStatus {
    const idle = this.#connections.idleCount;
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
    return this.#size - this.#connections.idleCount;
  }

  /** Places that are taken. */
  get #size(): number {
    return this.#connections.size + this.#opening;
  }

  /** Whether `acquire` would have to wait for a release. */
  get exhausted(): boolean {
    return this.#connections.idleCount === 0 && this.#size >= this.#options.poolSize;
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
    const idle = this.#connections.take();
    if (!idle && this.#waiting.length > 0) return this.#waitInLine();
    if (!idle) return this.#size < this.#options.poolSize ? this.#openFirst() : this.#wait();
    if (this.#connections.isDoubtful(idle)) return this.#ask(idle.driver);
    this.#checkouts++;
    return idle.driver;
  }

  /** Takes a connection back; a broken one is closed, and replaced if a caller waits. */
  release(driver: DriverConnection, broken = false): void {
    if (!broken && driver.alive) this.#returned++;
    const connection = this.#connections.find(driver);
    if (broken || this.#disposed || !driver.reusable || !connection || isTooOld(connection))
      return this.#discard(driver);
    const waiter = this.#nextWaiter();
    if (!waiter) this.#connections.keep(connection);
    // A synchronous driver never yields by itself: let other work run between two owners.
    else if (this.#source.synchronous) setImmediate(() => this.#serve(waiter, driver));
    else this.#serve(waiter, driver);
  }

  /** Closes what is idle now and every other connection when it comes back; later `acquire`s are refused. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const idle = this.#connections.takeAll();
    for (let waiter = this.#nextWaiter(); waiter; waiter = this.#nextWaiter())
      waiter.reject(
        new InvalidRequestError('This engine was disposed while a connection was waited for.'),
      );
    await Promise.all(idle.map((driver) => this.#close(driver)));
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
    const idle = this.#connections.takeAll();
    this.#connections.expire();
    if (now)
      for (const driver of this.#connections.all()) if (!idle.includes(driver)) driver.destroy();
    for (const driver of idle) this.#discard(driver);
  }

  /**
   * Closes every connection that is open now: those that are idle at once, the others as they come back. Who asks in the
   * meantime gets a new one.
   *
   * @throws PoolTimeoutError when some are still in use after `timeoutMs`; they are closed when they come back.
   */
  async drain(timeoutMs: number): Promise<void> {
    const leaving = new Set(this.#connections.all());
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

  /** The idle connection if it answers a ping, else another. */
  async #ask(driver: DriverConnection): Promise<DriverConnection> {
    try {
      await driver.ping();
      this.#checkouts++;
      return driver;
    } catch {
      // What has lain idle beside it is no better: each would be waited for in vain.
      for (const idle of this.#connections.takeAll()) this.#discard(idle);
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
    this.#opening++;
    try {
      const driver = await this.#source.connect();
      this.#opening--;
      this.#connections.add(driver);
      this.#opened++;
      this.#refusal = undefined;
      return driver;
    } catch (error) {
      this.#refusal = error;
      this.#opening--;
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
    if (this.#waiting.length === 0) return undefined;
    const waiter = this.#waiting.shift();
    clearTimeout(waiter?.timer);
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
    this.#connections.delete(driver);
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

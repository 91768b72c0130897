/**
 * The connections of a pool that are open: which of them are idle, last in, first out, and when each is to be closed. What
 * has been idle for too long or is too old is closed from a timer.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { DriverConnection } from '../dialects/driver-connection';
import type { PoolOptions } from './pool-options';

/** A connection that is open. */
export interface OpenConnection {
  readonly driver: DriverConnection;
  /** When it is too old. */
  expiresAt: number;
  /** Since when nobody uses it: 0 where that does not matter. */
  idleSince: number;
}

/** By how much of its age a connection may be replaced before. */
const JITTER = 0.1;
/** What a timer takes, about 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class OpenConnections {
  readonly #options: PoolOptions;
  readonly #isInProcess: boolean;
  readonly #discard: (driver: DriverConnection) => void;
  /** Whether it matters how long a connection has been idle, or how old it is. */
  readonly #areTimed: boolean;
  readonly #all = new Map<DriverConnection, OpenConnection>();
  readonly #idle: OpenConnection[] = [];
  #sweep: NodeJS.Timeout | undefined;
  /** When it is due. */
  #sweepAt = Infinity;

  /**
   * @param isInProcess whether no server or firewall can have dropped one
   * @param discard closes one that is no longer idle, and calls {@link delete}
   */
  constructor(
    options: PoolOptions,
    isInProcess: boolean,
    discard: (driver: DriverConnection) => void,
  ) {
    this.#options = options;
    this.#isInProcess = isInProcess;
    this.#discard = discard;
    this.#areTimed = !isInProcess || options.idleTimeoutMs + options.recycleSeconds > 0;
  }

  get size(): number {
    return this.#all.size;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  all(): DriverConnection[] {
    return [...this.#all.keys()];
  }

  /** Undefined where it is not one of them. */
  find(driver: DriverConnection): OpenConnection | undefined {
    return this.#all.get(driver);
  }

  add(driver: DriverConnection): void {
    this.#all.set(driver, { driver, expiresAt: this.#expiryFromNow(), idleSince: 0 });
  }

  delete(driver: DriverConnection): void {
    this.#all.delete(driver);
  }

  /** It is idle from now on. */
  keep(connection: OpenConnection): void {
    this.#idle.push(connection);
    if (!this.#areTimed) return;
    connection.idleSince = performance.now();
    // The first has been idle for longest, and may be one to spare since this one is there.
    const at = Math.min(this.#closesAt(connection), this.#closesAt(this.#idle[0] ?? connection));
    if (at < this.#sweepAt) this.#sweepLater(at);
  }

  /** The one that was kept last; those that are dead or too old are discarded on the way. */
  take(): OpenConnection | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.driver.alive && !isTooOld(idle)) return idle;
      this.#discard(idle.driver);
    }
    return undefined;
  }

  /** All that are idle. */
  takeAll(): DriverConnection[] {
    this.#sweepLater(Infinity);
    return this.#idle.splice(0).map(({ driver }) => driver);
  }

  /** Those that are open now are too old. */
  expire(): void {
    for (const connection of this.#all.values()) connection.expiresAt = 0;
  }

  /** Whether it has to answer a ping before it is used. */
  isDoubtful({ idleSince }: OpenConnection): boolean {
    const { prePing } = this.#options;
    if (typeof prePing === 'boolean') return prePing;
    return !this.#isInProcess && performance.now() - idleSince > prePing;
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
    const isOld = (idle: OpenConnection): boolean => this.#closesAt(idle) <= now;
    // One after the other: each that goes leaves fewer to spare.
    for (let at = this.#idle.findIndex(isOld); at >= 0; at = this.#idle.findIndex(isOld))
      for (const { driver } of this.#idle.splice(at, 1)) this.#discard(driver);
    this.#sweepLater(Math.min(Infinity, ...this.#idle.map((idle) => this.#closesAt(idle))));
  }

  /** Infinity where it may stay. The last `minPoolSize` stay until they are too old. */
  #closesAt({ expiresAt, idleSince }: OpenConnection): number {
    const { idleTimeoutMs, minPoolSize } = this.#options;
    const isSpare = idleTimeoutMs > 0 && this.size > minPoolSize;
    return isSpare ? Math.min(expiresAt, idleSince + idleTimeoutMs) : expiresAt;
  }

  /** When a connection that is opened now is too old. */
  #expiryFromNow(): number {
    const { recycleSeconds } = this.#options;
    if (recycleSeconds === 0) return Infinity;
    return performance.now() + recycleSeconds * 1000 * (1 - JITTER * Math.random());
  }
}

export function isTooOld({ expiresAt }: OpenConnection): boolean {
  return expiresAt !== Infinity && expiresAt <= performance.now();
}

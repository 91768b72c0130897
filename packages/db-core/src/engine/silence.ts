/**
 * Notices a server that takes statements and answers none: it is frozen, or the network to it is. Where all of a pool's
 * connections wait for such a server nobody else would. It is asked over a connection of its own, so that a statement that takes
 * long is left alone.
 */
import { clearInterval, setInterval } from 'node:timers';
import type { DriverConnection } from '../dialects/driver-connection';
import type { Pool } from './pool';
import { answerWithin } from '../dialects/deadline';
import { closeDriver } from './close-driver';

/** So often it is looked whether anything came back. */
const LOOK_EVERY_MS = 1_000;
/** Looks without an answer until the server is asked. */
const PATIENCE = 2;

export class Silence {
  readonly #pool: Pool;
  readonly #connect: () => Promise<DriverConnection>;
  readonly #onGone: () => void;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;
  #returned = 0;
  #looks = 0;
  #isAsking = false;

  /**
   * @param connect opens a connection of its own
   * @param timeoutMs how long the server may take to answer it
   */
  constructor(
    pool: Pool,
    connect: () => Promise<DriverConnection>,
    timeoutMs: number,
    onGone: () => void,
  ) {
    this.#pool = pool;
    this.#connect = connect;
    this.#timeoutMs = timeoutMs;
    this.#onGone = onGone;
  }

  /** A connection is out from now on. */
  watch(): void {
    if (this.#timer) return;
    this.#looks = 0;
    this.#returned = this.#pool.returned;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const { inUse, returned } = this.#pool;
    if (inUse === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#looks = returned === this.#returned ? this.#looks + 1 : 0;
    this.#returned = returned;
    if (this.#looks >= PATIENCE && !this.#isAsking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    const connecting = this.#connect();
    const giveUp = (): void => void connecting.then(closeDriver, () => undefined);
    try {
      const driver = await answerWithin(this.#timeoutMs, connecting, giveUp, 'A new connection');
      void closeDriver(driver);
    } catch {
      if (this.#pool.inUse > 0) this.#onGone();
    }
    this.#looks = 0;
    this.#isAsking = false;
  }
}

/**
 * The limits of streams and cursors: what reads row by row holds a connection for as long as its reader takes. So they may
 * not take the whole pool, and none is read for ever.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { DriverConnection } from '../dialects/driver-connection';
import type { DriverCall } from './driver-call';
import type { Occupant } from './occupant';
import { OperationalError, PoolTimeoutError } from '../errors/errors';

export interface StreamOptions {
  /** How many connections streams and cursors may hold at once. Default: all of `poolSize` but one, and one at least. */
  readonly maxStreams: number;
  /** How long a stream or cursor may be read, in milliseconds; 0: without end. Default 600,000 (ten minutes). */
  readonly streamTimeoutMs: number;
}

interface Waiter {
  readonly granted: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Permission to read row by row. */
export interface Place {
  /** The driver call, ended when the stream takes too long. @throws PoolTimeoutError where there was no place. */
  limit<T>(occupant: Occupant, call: DriverCall<T>): DriverCall<T>;
  leave(): void;
}

export class Streams {
  readonly #options: StreamOptions & { readonly acquireTimeoutMs: number };
  readonly #waiting: Waiter[] = [];
  #reading = 0;

  constructor(options: StreamOptions & { readonly acquireTimeoutMs: number }) {
    this.#options = options;
  }

  /**
   * A place for one stream. Waits for another's end, but not while a connection is held meanwhile: then the stream is
   * refused when it begins.
   *
   * @throws PoolTimeoutError when no place becomes free within `acquireTimeoutMs`.
   */
  enter(holdsConnection: boolean): Place | Promise<Place> {
    if (this.#reading < this.#options.maxStreams) {
      this.#reading++;
      return this.#place(true);
    }
    return holdsConnection ? this.#place(false) : this.#wait();
  }

  #wait(): Promise<Place> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        granted: () => {
          clearTimeout(waiter.timer);
          resolve(this.#place(true));
        },
        timer: setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          reject(this.#full(` for ${this.#options.acquireTimeoutMs} ms`));
        }, this.#options.acquireTimeoutMs),
      };
      this.#waiting.push(waiter);
    });
  }

  #place(granted: boolean): Place {
    return {
      limit: (occupant, call) => async (driver) => {
        await Promise.resolve(); // mysql2's queries become streams only now
        if (occupant.destroyed) return call(driver);
        if (!granted) throw this.#full('');
        return this.#inTime(occupant, driver, call);
      },
      leave: () => {
        if (!granted) return;
        const next = this.#waiting.shift();
        if (next) next.granted();
        else this.#reading--;
      },
    };
  }

  async #inTime<T>(occupant: Occupant, driver: DriverConnection, call: DriverCall<T>): Promise<T> {
    const { streamTimeoutMs } = this.#options;
    if (streamTimeoutMs === 0) return call(driver);
    const end = (): void =>
      occupant.destroy(
        new OperationalError(
          `A stream was read for ${streamTimeoutMs} ms (streamTimeoutMs) and is ended, since it holds a connection. ` +
            'Read page by page, ordered by a key, which holds none; or raise the limit.',
          { reason: 'timeout' },
        ),
      );
    const timer = setTimeout(end, streamTimeoutMs);
    try {
      return await call(driver);
    } finally {
      clearTimeout(timer);
    }
  }

  #full(since: string): PoolTimeoutError {
    return new PoolTimeoutError(
      `${this.#options.maxStreams} streams or cursors are being read, as many as may be at once (maxStreams)${since}: ` +
        'each holds a connection. Read page by page, ordered by a key, which holds none; or raise maxStreams and poolSize.',
    );
  }
}

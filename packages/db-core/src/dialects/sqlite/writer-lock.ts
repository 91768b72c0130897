/**
 * SQLite has one writer at a time. Within this process writers wait here, first come, first served,
 * without holding the event loop; SQLite's own lock is then free the moment it is asked for.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { OperationalError } from '../../errors/errors';

interface Waiter {
  readonly owner: object;
  readonly proceed: () => void;
}

export class WriterLock {
  readonly #timeoutMs: number;
  readonly #queue: Waiter[] = [];
  #holder: object | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether `owner` may write at once; it must `release` then. */
  tryAcquire(owner: object): boolean {
    this.#holder ??= owner;
    return this.#holder === owner;
  }

  /**
   * Resolves when `owner` may write; it must `release` then.
   *
   * @throws OperationalError `busy` after the timeout, `cancelled` when `signal` aborts.
   */
  async acquire(owner: object, signal: AbortSignal): Promise<void> {
    if (this.tryAcquire(owner)) return;
    await new Promise<void>((resolve, reject) => {
      const leave = (error: OperationalError): void => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        settle();
        reject(error);
      };
      const abandon = (): void => leave(cancelled());
      const timer = setTimeout(() => leave(this.#busy()), this.#timeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
      };
      const proceed = (): void => {
        settle();
        setImmediate(resolve); // a synchronous driver never yields by itself
      };
      const waiter: Waiter = { owner, proceed };
      this.#queue.push(waiter);
      signal.addEventListener('abort', abandon);
    });
  }

  /** Hands the lock to the next in line; does nothing when `owner` does not hold it. */
  release(owner: object): void {
    if (this.#holder !== owner) return;
    const next = this.#queue.shift();
    this.#holder = next?.owner;
    next?.proceed();
  }

  #busy(): OperationalError {
    return new OperationalError(
      `Another transaction of this process kept the SQLite writer lock for ${this.#timeoutMs} ms. ` +
        'Commit before waiting for anything slow, and do not write in two scopes that wait for each other.',
      { reason: 'busy' },
    );
  }
}

/** The error of a wait whose caller has left. */
export function cancelled(): OperationalError {
  return new OperationalError('The wait for the SQLite writer lock was given up.', {
    reason: 'cancelled',
  });
}

/**
 * SQLite has one writer at a time. Within this process writers wait here, first come, first served,
 * without holding the event loop; SQLite's own lock is then free the moment it is asked for.
 */
import { OperationalError } from '../../errors/errors';

interface Waiter {
  readonly owner: object;
  readonly proceed: () => void;
  readonly refuse: (error: OperationalError) => void;
  readonly timer: NodeJS.Timeout;
}

export class WriterLock {
  readonly #timeoutMs: number;
  readonly #queue: Waiter[] = [];
  #holder: object | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether `owner` may write at once; it must `release` then. */
  acquireNow(owner: object): boolean {
    this.#holder ??= owner;
    return this.#holder === owner;
  }

  /** Resolves when `owner` may write; it must `release`. @throws OperationalError (`busy`) after the timeout. */
  async acquire(owner: object): Promise<void> {
    if (this.acquireNow(owner)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(
          new OperationalError(
            `Another transaction of this process kept the SQLite writer lock for ${this.#timeoutMs} ms. ` +
              'Commit before waiting for anything slow, and do not write in two scopes that wait for each other.',
            { reason: 'busy' },
          ),
        );
      }, this.#timeoutMs);
      const waiter: Waiter = { owner, proceed: resolve, refuse: reject, timer };
      this.#queue.push(waiter);
    });
  }

  /** Takes `owner` out of the line, if it stands there. */
  abandon(owner: object): void {
    const index = this.#queue.findIndex((waiter) => waiter.owner === owner);
    if (index < 0) return;
    for (const { timer, refuse } of this.#queue.splice(index, 1)) {
      clearTimeout(timer);
      refuse(cancelled());
    }
  }

  /** Hands the lock to the next in line; does nothing when `owner` does not hold it. */
  release(owner: object): void {
    if (this.#holder !== owner) return;
    const next = this.#queue.shift();
    this.#holder = next?.owner;
    if (!next) return;
    clearTimeout(next.timer);
    setImmediate(next.proceed); // a synchronous driver never yields by itself
  }
}

/** What a wait ends with when whoever asked for it has gone away. */
export function cancelled(): OperationalError {
  return new OperationalError('The wait for the SQLite writer lock was given up.', {
    reason: 'cancelled',
  });
}

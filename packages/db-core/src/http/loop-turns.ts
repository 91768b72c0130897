/**
 * Requests that arrive together are begun over several turns of the event loop. A synchronous driver never
 * yields, and an ORM takes half a millisecond of work for each request: sixty-four of them in one turn would
 * keep timers, health checks and requests that were given up waiting for all of it.
 *
 * @see https://nodejs.org/en/learn/asynchronous-work/dont-block-the-event-loop
 */
import { AsyncResource } from 'node:async_hooks';

/** So many requests are begun in one turn at most. */
const BATCH = 64;

export class LoopTurns {
  readonly #budgetMs: number;
  readonly #waiting: (() => void)[] = [];
  /** When this turn began its first request; undefined where it has begun none. */
  #startedAt: number | undefined;

  /** @param budgetMs for how long a turn may begin requests before others wait for the next. */
  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  /** Calls `begin`: at once, or in a later turn, in the order of coming and in its caller's async context. */
  run(begin: () => void): void {
    if (this.#waiting.length > 0 || !this.#hasTime()) {
      this.#waiting.push(AsyncResource.bind(begin));
      return;
    }
    if (this.#startedAt === undefined) {
      this.#startedAt = performance.now();
      setImmediate(this.#over);
    }
    begin();
  }

  #hasTime(): boolean {
    return this.#startedAt === undefined || performance.now() - this.#startedAt < this.#budgetMs;
  }

  readonly #over = (): void => {
    this.#startedAt = undefined;
    const next = Math.min(this.#waiting.length, BATCH);
    if (next === 0) return;
    // An immediate for each: what a request leads to is done before the next one asks whether there is time.
    for (let i = 0; i < next; i++) setImmediate(this.#resume);
    setImmediate(this.#over);
  };

  readonly #resume = (): void => {
    if (!this.#hasTime()) return;
    this.#startedAt ??= performance.now();
    this.#waiting.shift()?.();
  };
}

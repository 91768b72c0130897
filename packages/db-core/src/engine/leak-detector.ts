/**
 * Reports connections that are held longer than they should be, with the stack that took them: a handler
 * that never answers, a `connect()` without `close()`, an external call inside a transaction.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { Logger } from '../errors/logger';

/** What the event `leak` gives: a connection that is held longer than it should be. */
export interface LeakReport {
  readonly heldMs: number;
  /** The stack of the code that took the connection. */
  readonly stack: string;
}

export class LeakDetector {
  readonly #thresholdMs: number;
  readonly #report: (leak: LeakReport) => void;
  readonly #timers = new WeakMap<object, NodeJS.Timeout>();

  constructor(thresholdMs: number, report: (leak: LeakReport) => void) {
    this.#thresholdMs = thresholdMs;
    this.#report = report;
  }

  watch(driver: object, stack: () => string): void {
    const takenAt = performance.now();
    const timer = setTimeout(
      () => this.#report({ heldMs: Math.round(performance.now() - takenAt), stack: stack() }),
      this.#thresholdMs,
    );
    this.#timers.set(driver, timer.unref());
  }

  unwatch(driver: object): void {
    clearTimeout(this.#timers.get(driver));
  }
}

/** The warning where the engine's `leak` event has no listener. */
export function warnOfLeak(engine: { readonly logger: Logger }, leak: LeakReport): void {
  const { heldMs, stack } = leak;
  engine.logger.warn(
    leak,
    `A connection of ${String(engine)} has been held for ${heldMs} ms by:\n${stack}`,
  );
}

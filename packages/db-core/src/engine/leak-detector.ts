/**
 * Reports connections that are held longer than they should be, with the stack that took them: a handler
 * that never answers, a `connect()` without `close()`, an external call inside a transaction.
 */
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

  /** Call it before anything is awaited: then the stack is the caller's. */
  static stack(): string {
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 40; // deep enough to reach the handler through an ORM
    const { stack = '' } = new Error('taken here');
    Error.stackTraceLimit = depth;
    return stack.split('\n').slice(2).join('\n');
  }

  watch(raw: object, stack: string): void {
    const takenAt = performance.now();
    const timer = setTimeout(
      () => this.#report({ heldMs: Math.round(performance.now() - takenAt), stack }),
      this.#thresholdMs,
    );
    this.#timers.set(raw, timer.unref());
  }

  unwatch(raw: object): void {
    clearTimeout(this.#timers.get(raw));
  }
}

/** The warning where the engine's `leak` event has no listener. */
export function warnOfLeak(engine: object, { heldMs, stack }: LeakReport): void {
  console.warn(`A connection of ${String(engine)} has been held for ${heldMs} ms by:\n${stack}`);
}

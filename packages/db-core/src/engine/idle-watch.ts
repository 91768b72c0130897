/**
 * Reports a session that does nothing for a while and leaves its transaction open meanwhile: it holds a connection of the
 * pool, and what it has locked, while it waits for something else, such as a slow hash or another service.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { Logger } from '../errors/logger';
import { isDevelopment, WarnedPlaces } from '../errors/development';
import { callStack, locationIn, withoutLibraries } from './caller-location';

/** What the event `idle-in-transaction` gives: a session that keeps a transaction open and does nothing. */
export interface IdleInTransactionReport {
  readonly session: object;
  readonly idleMs: number;
  /** The stack of the code that sent its last statement. */
  readonly stack: string;
  /** The place in the user's own code there, `file:line:column (function)`; undefined where the stack does not reach it. */
  readonly location: string | undefined;
}

/** Watches one session's connection. */
export class IdleWatch {
  readonly #session: object;
  readonly #thresholdMs: number;
  readonly #report: (report: IdleInTransactionReport) => void;
  #stack = (): string => '';
  #timer: NodeJS.Timeout | undefined;

  constructor(
    session: object,
    thresholdMs: number,
    report: (report: IdleInTransactionReport) => void,
  ) {
    this.#session = session;
    this.#thresholdMs = thresholdMs;
    this.#report = report;
  }

  /** A statement is asked for: call it before anything is awaited. */
  asked(): void {
    this.#stack = callStack();
  }

  /** The last statement that was asked for is answered, and the transaction is open. */
  start(): void {
    this.stop();
    const since = performance.now();
    this.#timer = setTimeout(() => {
      const idleMs = Math.round(performance.now() - since);
      const stack = this.#stack();
      this.#report({ session: this.#session, idleMs, stack, location: locationIn(stack) });
    }, this.#thresholdMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** The warning where the engine's `idle-in-transaction` event has no listener: once for each place in the code. */
export class IdleWarnings {
  readonly #warned = new WarnedPlaces();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  warn({ idleMs, stack, location = stack }: IdleInTransactionReport): void {
    if (!this.#warned.add(location)) return;
    this.#logger.warn(
      { idleMs, location },
      `A session has been idle in a transaction for ${idleMs} ms, which keeps a connection of the pool and what it has locked. ` +
        'Commit or roll back before waiting for something else; Session.release() gives the connection back where it has only read. ' +
        `(idleInTransactionWarnMs of the engine sets the limit, 0 turns this off.) Its last statement was sent by:\n${withoutLibraries(stack)}`,
    );
  }
}

/** The default of `idleInTransactionWarnMs`: in development 250, elsewhere 0. */
export function defaultIdleWarnMs(): number {
  return isDevelopment() ? 250 : 0;
}

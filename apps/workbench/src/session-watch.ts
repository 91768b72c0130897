/** Follows the session of one request: numbers its events for the run, and resolves when it was removed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedSessionEvent } from './session-event';
import type { SessionEvent, StyleId } from './protocol';
import type { RunOfScenario } from './run';

/** How long the removal of a session is waited for. */
const TEARDOWN_MS = 5_000;

export class SessionWatch {
  readonly #run: RunOfScenario;
  readonly #startedAt: number;
  readonly #onEvent: (event: SessionEvent) => void;
  #open = 0;
  #whenRemoved: (() => void) | undefined;
  #lastBy: StyleId | undefined;

  /** @param startedAt by `performance.now()`: the zero of the events' times */
  constructor(run: RunOfScenario, startedAt: number, onEvent: (event: SessionEvent) => void) {
    this.#run = run;
    this.#startedAt = performance.timeOrigin + startedAt;
    this.#onEvent = onEvent;
  }

  readonly receive = ({ event: recorded, params }: RecordedSessionEvent): void => {
    const { by = this.#lastBy, ...rest } = recorded; // a statement the library adds belongs to the call before it
    const { kind } = recorded;
    const own = by && kind === 'query' ? { by } : {};
    const event = { ...rest, ...own, id: this.#run.nextEvent(), at: recorded.at - this.#startedAt };
    if (kind === 'query') {
      this.#lastBy = by;
      this.#run.keepStatement(event, event.sql ?? '', params);
    }
    if (kind === 'session-opened') this.#open += 1;
    this.#onEvent(event);
    if (kind === 'session-removed' && --this.#open === 0) this.#whenRemoved?.();
  };

  /** Resolves when no session is open. */
  async removed(): Promise<void> {
    if (this.#open === 0) return;
    const gone = new Promise<void>((resolve) => (this.#whenRemoved = resolve));
    await Promise.race([gone, pause(TEARDOWN_MS, undefined, { ref: false })]);
  }
}

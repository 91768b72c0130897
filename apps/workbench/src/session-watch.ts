/** Watches the session of one request: numbers its events for the run, and knows when it was removed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Heard } from './life';
import type { LifeEvent, StyleId } from './protocol';
import type { Run } from './run';

/** A session that is not removed by then will not be. */
const TEARDOWN_MS = 5_000;

export class SessionWatch {
  readonly #run: Run;
  readonly #startedAt: number;
  readonly #onEvent: (event: LifeEvent) => void;
  #open = 0;
  #whenRemoved: (() => void) | undefined;
  #lastBy: StyleId | undefined;

  /** @param startedAt by `performance.now()`: from when the times of the events count */
  constructor(run: Run, startedAt: number, onEvent: (event: LifeEvent) => void) {
    this.#run = run;
    this.#startedAt = performance.timeOrigin + startedAt;
    this.#onEvent = onEvent;
  }

  readonly hear = ({ event: heard, params }: Heard): void => {
    const { by = this.#lastBy, ...rest } = heard; // what a library sends by itself belongs to the call before
    const { kind } = heard;
    const own = by && kind === 'query' ? { by } : {};
    const event = { ...rest, ...own, id: this.#run.nextEvent(), at: heard.at - this.#startedAt };
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

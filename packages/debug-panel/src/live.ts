/**
 * Server-sent events: `change` when there is something new, at most ten times a second, and each second while a request is
 * under way. Each answer ends after twenty seconds, when the browser asks again: a server that is closed without a notice
 * waits no longer for it. Where an app begins to turn requests away, `end` ends them at once.
 */
import type { Response } from 'express';

const SOON_MS = 100;
const TICK_MS = 1_000;
const LONGEST_MS = 20_000;
const RETRY_MS = 500;

export class Live {
  readonly #most: number;
  readonly #isBusy: () => boolean;
  readonly #clients = new Set<Response>();
  #soon: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  #isEnding = false;

  /**
   * @param most so many clients
   * @param isBusy whether time alone changes what is shown
   */
  constructor(most: number, isBusy: () => boolean) {
    this.#most = most;
    this.#isBusy = isBusy;
  }

  /** Answers with events, or with 503 where too many follow already, or the app ends. */
  follow(res: Response): void {
    if (this.#isEnding || this.#clients.size >= this.#most) {
      res.status(503).type('text/plain').send('Too many pages follow live already.');
      return;
    }
    res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store, no-transform' });
    res.write(`retry: ${RETRY_MS}\n\n`);
    this.#clients.add(res);
    const last = setTimeout(() => res.end(), LONGEST_MS).unref();
    res.once('close', () => {
      clearTimeout(last);
      this.#clients.delete(res);
      this.#stopIfAlone();
    });
    this.#tick ??= setInterval(() => {
      if (this.#isBusy()) this.#send();
    }, TICK_MS).unref();
    this.#send(); // what has changed since the page was made
  }

  /** Something has changed. */
  changed(): void {
    if (this.#clients.size === 0) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#send();
    }, SOON_MS).unref();
  }

  /** Ends all, for good. */
  end(): void {
    this.#isEnding = true;
    for (const client of this.#clients) client.end();
  }

  #send(): void {
    // One that does not read gets no more until it does.
    for (const client of this.#clients)
      if (!client.writableNeedDrain && !client.writableEnded)
        client.write('event: change\ndata: {}\n\n');
  }

  #stopIfAlone(): void {
    if (this.#clients.size > 0) return;
    clearInterval(this.#tick);
    clearTimeout(this.#soon);
    this.#tick = this.#soon = undefined;
  }
}

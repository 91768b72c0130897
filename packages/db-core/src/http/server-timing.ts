/**
 * What a request spends on its database, in the header `Server-Timing`, which browsers show beside the request.
 *
 * @see https://www.w3.org/TR/server-timing/
 */
import type { ServerResponse } from 'node:http';
import type { EventDetails } from '../engine/events';
import type { ScopeEvent, ScopeObserver } from '../session/scope';
import { beforeHead } from './before-head';

/** What a scope's statements have taken so far, in milliseconds. */
export class RequestTimes implements ScopeObserver {
  readonly #startedAt = performance.now();
  #statements = 0;
  #databaseMs = 0;
  #waitedMs = 0;

  note(event: ScopeEvent, { durationMs = 0 }: EventDetails): void {
    if (event === 'query') this.#statements++;
    if (event === 'query' || event === 'commit' || event === 'rollback')
      this.#databaseMs += durationMs;
    else if (event === 'checkout' || event === 'begin') this.#waitedMs += durationMs;
  }

  /** The header's value now. */
  toString(): string {
    const statements = this.#statements === 1 ? '1 statement' : `${this.#statements} statements`;
    return [
      metric('db', this.#databaseMs, statements),
      metric('db-wait', this.#waitedMs, 'connection or lock'),
      metric('total', performance.now() - this.#startedAt),
    ].join(', ');
  }
}

function metric(name: string, ms: number, description?: string): string {
  const duration = `${name};dur=${ms.toFixed(1)}`;
  return description === undefined ? duration : `${duration};desc="${description}"`;
}

/** Adds the header when the answer's head is about to be sent, beside one that the app has set. */
export function announce(times: RequestTimes, res: ServerResponse): void {
  beforeHead(res, () => void res.appendHeader('Server-Timing', String(times)));
}

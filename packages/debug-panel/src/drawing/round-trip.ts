/** What a session costs: round trips to the server, and how long it has had connections. */
import type { SessionEvent } from './events';

const ON_THE_WIRE = new Set<SessionEvent['kind']>([
  'query',
  'begin',
  'savepoint',
  'commit',
  'rollback',
]);

/** Whether the event is a statement that went to the server by itself. */
export function costsRoundTrip({ kind, way = 'sent' }: SessionEvent): boolean {
  return ON_THE_WIRE.has(kind) && way === 'sent';
}

/** How long connections were out of the pool, added up; one that is out still counts until `now`, by default the last event. */
export function heldMs(
  events: readonly SessionEvent[],
  now = Math.max(0, ...events.map(({ at }) => at)),
): number {
  // A session has one connection to an engine at a time, so that the times of taking and giving back can be summed apart.
  const out = events.filter(({ kind }) => kind === 'checkout').map(({ at }) => at);
  const back = events.filter(({ kind }) => kind === 'checkin').map(({ at }) => at);
  const missing = Math.max(0, out.length - back.length);
  return sum(back) + missing * now - sum(out);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

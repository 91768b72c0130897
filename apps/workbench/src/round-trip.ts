/** Which events of a session are a round trip to the server. */
import type { SessionEvent } from './protocol';

const ON_THE_WIRE = new Set<SessionEvent['kind']>([
  'query',
  'begin',
  'savepoint',
  'commit',
  'rollback',
]);

export function costsRoundTrip({ kind, way = 'sent' }: SessionEvent): boolean {
  return ON_THE_WIRE.has(kind) && way === 'sent';
}

/** Which events of a session's life are questions to the server that it answers by themselves. */
import type { LifeEvent } from './protocol';

const ON_THE_WIRE = new Set<LifeEvent['kind']>([
  'query',
  'begin',
  'savepoint',
  'commit',
  'rollback',
]);

export function costsRoundTrip({ kind, way = 'sent' }: LifeEvent): boolean {
  return ON_THE_WIRE.has(kind) && way === 'sent';
}

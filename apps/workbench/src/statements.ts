/** Adds up what a style sent: groups of statements of one shape, and the figures of the comparison. */
import type { Engine } from '@quartet/db-core';
import { costsRoundTrip, heldMs } from '@quartet/debug-panel/drawing';
import { groupAlike, isExplainable, sqlLines, toStatement } from '@quartet/debug-panel/parts';
import type { SessionEvent, Metrics, StatementGroup } from './protocol';

export interface Sent {
  readonly requestId: number;
  readonly event: SessionEvent;
}

/** Groups the statements of each request, in the order of their first statement. */
export function groupStatements(sent: readonly Sent[], engine: Engine): StatementGroup[] {
  const requests = [...new Set(sent.map(({ requestId }) => requestId))].sort((a, b) => a - b);
  return requests.flatMap((requestId) => {
    const queries = sent.flatMap((each) =>
      each.requestId === requestId && each.event.kind === 'query' ? [each.event] : [],
    );
    const alike = groupAlike(queries, ({ sql = '' }) => engine.describe(sql).shape);
    return alike.map(({ events, repeated, totalMs }) => ({
      requestId,
      lines: sqlLines(engine, events[0]?.sql ?? ''),
      statements: events.map(toStatement),
      repeated,
      forItself: isForItself(events[0], engine),
      explainable: isExplainable(engine, events[0]?.sql ?? ''),
      totalMs,
    }));
  });
}

export function metricsOf(events: readonly SessionEvent[], engine: Engine): Metrics {
  const queries = events.filter(({ kind }) => kind === 'query');
  const asked = queries.filter((event) => !isForItself(event, engine));
  return {
    statements: asked.length,
    ownStatements: queries.length - asked.length,
    roundTrips: events.filter(costsRoundTrip).length,
    rows: sum(asked.map(({ rowCount = 0 }) => rowCount)),
    heldMs: heldMs(events),
  };
}

/** A scenario asks for rows and never for the schema: such a statement is the library's own, as Sequelize's `PRAGMA table_info`. */
function isForItself({ sql = '' }: { readonly sql?: string } = {}, engine: Engine): boolean {
  return engine.describe(sql).readsSchema;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

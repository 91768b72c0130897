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
      explainable: isExplainable(engine, events[0]?.sql ?? ''),
      totalMs,
    }));
  });
}

/** @param spanMs from the first request to the last answer */
export function metricsOf(sent: readonly Sent[], spanMs: number): Metrics {
  const events = sent.map(({ event }) => event);
  const queries = events.filter(({ kind }) => kind === 'query');
  return {
    statements: queries.length,
    roundTrips: events.filter(costsRoundTrip).length,
    rows: sum(queries.map(({ rowCount = 0 }) => rowCount)),
    timeMs: spanMs,
    heldMs: heldMs(events),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

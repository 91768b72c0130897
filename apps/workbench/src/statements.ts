/**
 * Adds up what a style sent: groups of statements of one shape, and the figures of the comparison.
 * Ports the "similar" and "duplicate" queries of Django's debug toolbar.
 */
import { formatSql, highlight } from './code';
import { isExplainable } from './explain';
import { costsRoundTrip } from './round-trip';
import { shapeOf } from './shape';
import type { EngineInfo, SessionEvent, Metrics, Statement, StatementGroup } from './protocol';

export interface Sent {
  readonly requestId: number;
  readonly event: SessionEvent;
}

/** Groups the statements of each request, in the order of their first statement. */
export function groupStatements(
  sent: readonly Sent[],
  dialect: EngineInfo['name'],
): StatementGroup[] {
  const groups = new Map<string, { requestId: number; alike: SessionEvent[] }>();
  for (const { requestId, event } of sent) {
    if (event.kind !== 'query') continue;
    const key = `${requestId} ${shapeOf(event.sql ?? '')}`;
    const group = groups.get(key);
    if (group) group.alike.push(event);
    else groups.set(key, { requestId, alike: [event] });
  }
  const inOrder = [...groups.values()].sort((a, b) => a.requestId - b.requestId);
  return inOrder.map(({ requestId, alike }) => ({
    requestId,
    lines: highlight(formatSql(alike[0]?.sql ?? '', dialect), 'sql'),
    statements: alike.map(toStatement),
    repeated: repetition(alike),
    explainable: isExplainable(alike[0]?.sql ?? ''),
    totalMs: sum(alike.map(({ durationMs = 0 }) => durationMs)),
  }));
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

function repetition(alike: readonly SessionEvent[]): StatementGroup['repeated'] {
  if (alike.length === 1) return 'once';
  const texts = new Set(alike.map(({ sql, params }) => JSON.stringify([sql, params])));
  return texts.size === 1 ? 'identical' : 'alike';
}

function toStatement({
  id,
  params = [],
  durationMs = 0,
  rowCount,
  error,
  place,
}: SessionEvent): Statement {
  return {
    id,
    params,
    durationMs,
    ...(rowCount !== undefined && { rowCount }),
    ...(error !== undefined && { error }),
    ...(place && { place }),
  };
}

/** A session has one connection at a time, so that the times of taking and giving back can be summed apart. */
function heldMs(events: readonly SessionEvent[]): number {
  const out = events.filter(({ kind }) => kind === 'checkout').map(({ at }) => at);
  const back = events.filter(({ kind }) => kind === 'checkin').map(({ at }) => at);
  const end = Math.max(0, ...events.map(({ at }) => at));
  const missing = Math.max(0, out.length - back.length);
  return sum(back) + missing * end - sum(out);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

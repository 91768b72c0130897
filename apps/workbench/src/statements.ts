/**
 * What a style sent, added up: statements of one shape in one group, and the figures of the strip.
 * Ports the "similar" and "duplicate" queries of Django's debug toolbar.
 */
import { formatSql, highlight } from './code';
import { isExplainable } from './explain';
import { costsRoundTrip } from './round-trip';
import { shapeOf } from './shape';
import type { EngineInfo, LifeEvent, Metrics, Statement, StatementGroup } from './protocol';

export interface Sent {
  readonly exchange: number;
  readonly event: LifeEvent;
}

/** Groups in the order of their first statement, those of one request apart from those of another. */
export function groupStatements(
  sent: readonly Sent[],
  dialect: EngineInfo['name'],
): StatementGroup[] {
  const groups = new Map<string, { exchange: number; alike: LifeEvent[] }>();
  for (const { exchange, event } of sent) {
    if (event.kind !== 'query') continue;
    const key = `${exchange} ${shapeOf(event.sql ?? '')}`;
    const group = groups.get(key);
    if (group) group.alike.push(event);
    else groups.set(key, { exchange, alike: [event] });
  }
  const inOrder = [...groups.values()].sort((a, b) => a.exchange - b.exchange);
  return inOrder.map(({ exchange, alike }) => ({
    exchange,
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

function repetition(alike: readonly LifeEvent[]): StatementGroup['repeated'] {
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
}: LifeEvent): Statement {
  return {
    id,
    params,
    durationMs,
    ...(rowCount !== undefined && { rowCount }),
    ...(error !== undefined && { error }),
    ...(place && { place }),
  };
}

/** Connections are told apart by session, not by number: one goes out and comes in before it goes out again. */
function heldMs(events: readonly LifeEvent[]): number {
  const out = events.filter(({ kind }) => kind === 'checkout').map(({ at }) => at);
  const back = events.filter(({ kind }) => kind === 'checkin').map(({ at }) => at);
  const end = Math.max(0, ...events.map(({ at }) => at));
  const missing = Math.max(0, out.length - back.length);
  return sum(back) + missing * end - sum(out);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

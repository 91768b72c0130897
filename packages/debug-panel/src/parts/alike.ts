/**
 * Groups statements of one shape, which differ in their values alone.
 * Ports the "similar" and "duplicate" queries of Django's debug toolbar.
 */
import type { Repetition, SessionEvent, Statement } from '../drawing/events';

/** Statements of one shape, and what they have in common. */
export interface Alike {
  readonly events: readonly SessionEvent[];
  readonly repeated: Repetition;
  readonly totalMs: number;
}

/**
 * In the order of the first of each group.
 *
 * @param shapeOf the statement without its values, as `engine.describe(sql).shape` gives it
 */
export function groupAlike(
  queries: readonly SessionEvent[],
  shapeOf: (event: SessionEvent) => string,
): Alike[] {
  const groups = new Map<string, SessionEvent[]>();
  for (const event of queries) {
    const shape = shapeOf(event);
    const group = groups.get(shape);
    if (group) group.push(event);
    else groups.set(shape, [event]);
  }
  return [...groups.values()].map((events) => ({
    events,
    repeated: repetition(events),
    totalMs: events.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
  }));
}

/** What is compared of an event that is a statement. */
export function toStatement({
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

/** What was cut may differ where it is not shown. */
function repetition(alike: readonly SessionEvent[]): Repetition {
  if (alike.length === 1) return 'once';
  const texts = new Set(
    alike.map(({ sql, params, values }) => JSON.stringify([sql, params, values])),
  );
  return texts.size === 1 && !isCut(alike[0]?.params) ? 'identical' : 'alike';
}

/** Whether a value is shown by its beginning alone. */
export function isCut(params: readonly string[] = []): boolean {
  return params.some((param) => param.includes('…'));
}

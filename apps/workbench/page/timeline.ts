/** From events to what is drawn: spans and marks on one axis, and a list in words. */
import type { LifeEvent, StyleId } from '../src/protocol';
import type { ExchangeState } from './run-state';

/** Shorter ones are the time it takes to ask, on a busy machine. */
const WAITED_MS = 5;

export interface Span {
  readonly kind: 'session' | 'connection' | 'wait' | 'query';
  readonly from: number;
  readonly to: number;
  readonly failed?: boolean;
  /** Another style's, in a request that all share. */
  readonly foreign?: boolean;
}

export interface Mark {
  readonly kind: 'begin' | 'savepoint' | 'commit' | 'rollback';
  readonly at: number;
}

export interface Entry {
  readonly key: number;
  readonly kind: LifeEvent['kind'];
  readonly at: number;
  readonly text: string;
  readonly detail?: string;
  /** It waited for somebody else this long. */
  readonly waitedMs?: number;
  readonly failed?: boolean;
  readonly foreign?: boolean;
}

/** Whose pane it is, and whether beginning may mean waiting: for SQLite's one writer. */
export interface View {
  readonly style: StyleId;
  readonly singleWriter: boolean;
}

/** What is still going on ends at `now`. */
export function spansOf({ events, answer }: ExchangeState, now: number, view: View): Span[] {
  const spans: Span[] = [];
  let [opened, out]: [number | undefined, number | undefined] = [undefined, undefined];
  for (const event of events) {
    const { kind, at, durationMs = 0 } = event;
    if (kind === 'session-opened') opened ??= at;
    if (kind === 'checkout') out = at;
    if (waitOf(event, view) > 0) spans.push({ kind: 'wait', from: at - durationMs, to: at });
    if (kind === 'query') {
      const failed = event.error !== undefined;
      spans.push({
        kind: 'query',
        from: at - durationMs,
        to: at,
        failed,
        foreign: isForeign(event, view),
      });
    }
    if (kind === 'checkin' && out !== undefined) {
      spans.push({ kind: 'connection', from: out, to: at });
      out = undefined;
    }
    if (kind === 'session-removed' && opened !== undefined) {
      spans.push({ kind: 'session', from: opened, to: at });
      opened = undefined;
    }
  }
  if (answer && gotNone(events)) {
    spans.push({ kind: 'wait', from: opened ?? 0, to: answer.at });
    opened = undefined;
  }
  if (out !== undefined) spans.push({ kind: 'connection', from: out, to: now });
  if (opened !== undefined) spans.push({ kind: 'session', from: opened, to: now });
  return spans;
}

export function marksOf({ events }: ExchangeState): Mark[] {
  return events.flatMap(({ kind, at }) =>
    kind === 'begin' || kind === 'savepoint' || kind === 'commit' || kind === 'rollback'
      ? [{ kind, at }]
      : [],
  );
}

export function entriesOf({ events, answer }: ExchangeState, view: View): Entry[] {
  const entries = events.map((event): Entry => {
    const { id, kind, at, error } = event;
    const waitedMs = waitOf(event, view);
    const detail = detailOf(event);
    return {
      key: id,
      kind,
      at,
      text: textOf(event),
      foreign: isForeign(event, view),
      ...(detail !== undefined && { detail }),
      ...(waitedMs > 0 && { waitedMs }),
      ...(error !== undefined && { failed: true }),
    };
  });
  const [opened] = events;
  if (!opened || !answer || !gotNone(events)) return entries;
  const waitedMs = answer.at - opened.at;
  const none = { kind: 'checkout', text: 'No connection', failed: true } as const;
  return [...entries, { ...none, key: -opened.id, at: answer.at, waitedMs }];
}

/** Whether the session was never given a connection: the pool had none until it gave up. */
function gotNone(events: readonly LifeEvent[]): boolean {
  const kinds = new Set(events.map(({ kind }) => kind));
  return kinds.has('session-opened') && !kinds.has('checkout');
}

/** `INSERT users`: what a statement does, and to what. */
export function summary(sql: string): string {
  const [, verb = 'SQL'] = /^\W*(\w+)/.exec(sql) ?? [];
  const table = /\b(?:from|into|update|table_info\s*\()\s*\(?\s*[`"']?(?!select)(\w+)/i.exec(
    sql,
  )?.[1];
  return `${verb.toUpperCase()}${table && verb.toLowerCase() !== table ? ` ${table}` : ''}`;
}

function textOf({ kind, sql = '' }: LifeEvent): string {
  switch (kind) {
    case 'session-opened':
      return 'Session opened';
    case 'checkout':
      return 'Connection out';
    case 'begin':
      return 'BEGIN';
    case 'savepoint':
      return sql.replace(/ (?!SAVEPOINT|TO)[^ ]+$/, '');
    case 'query':
      return summary(sql);
    case 'commit':
      return 'COMMIT';
    case 'implicit-commit':
      return 'Committed by the database';
    case 'rollback':
      return 'ROLLBACK';
    case 'checkin':
      return 'Connection in';
    case 'session-removed':
      return 'Session removed';
  }
}

/** A BEGIN that costs no round trip says why. */
const WAYS = {
  sent: undefined,
  joined: 'with the next statement',
  implicit: 'by the next statement',
};

function detailOf({ kind, way, durationMs, rowCount, error }: LifeEvent): string | undefined {
  if (error !== undefined) return error.replace(/:.*/s, '');
  if (way) return WAYS[way];
  if (kind !== 'query' || durationMs === undefined) return undefined;
  const took = `${durationMs < 1 ? durationMs.toFixed(2) : durationMs.toFixed(1)} ms`;
  return rowCount ? `${took}, ${rowCount} ${rowCount === 1 ? 'row' : 'rows'}` : took;
}

function waitOf({ kind, durationMs = 0 }: LifeEvent, { singleWriter }: View): number {
  const waits = kind === 'checkout' || (kind === 'begin' && singleWriter);
  return waits && durationMs >= WAITED_MS ? durationMs : 0;
}

function isForeign({ by }: LifeEvent, { style }: View): boolean {
  return by !== undefined && by !== style;
}

/** Turns events into what is drawn: spans and marks on one axis, and a list in words. */
import type { Repetition, SessionEvent } from './events';
import { ms } from './format';

/** What happened in one request, and when it was answered. */
export interface Timed {
  readonly events: readonly SessionEvent[];
  readonly answer?: { readonly at: number } | undefined;
}

/** A sign before each event in a list. */
export const EVENT_SIGNS: Readonly<Record<SessionEvent['kind'], string>> = {
  'session-opened': '┌',
  checkout: '→',
  begin: '▸',
  savepoint: '·',
  query: '■',
  commit: '✓',
  'implicit-commit': '✓',
  rollback: '↶',
  checkin: '←',
  'forgotten-commit': '!',
  'session-removed': '└',
};
/** A letter below a mark on the axis. */
export const MARK_LETTERS = { begin: 'B', savepoint: '', commit: 'C', rollback: 'R' } as const;
/** A sign before the count of statements that are repeated. */
export const REPEATED_SIGNS: Readonly<Record<Repetition, string>> = {
  once: '',
  alike: '≈',
  identical: '=',
};

/** Shorter waits are only the time that the call takes on a busy machine. */
const WAITED_MS = 5;

/** A stretch of the time line. */
export interface Span {
  readonly kind: 'session' | 'connection' | 'wait' | 'query';
  readonly from: number;
  readonly to: number;
  readonly failed?: boolean;
  /** Sent by another's code, in a shared request. */
  readonly foreign?: boolean;
}

/** A moment on the time line. */
export interface Mark {
  readonly kind: 'begin' | 'savepoint' | 'commit' | 'rollback';
  readonly at: number;
}

/** A line of the list in words. */
export interface Entry {
  readonly key: number;
  readonly kind: SessionEvent['kind'];
  readonly at: number;
  readonly text: string;
  readonly detail?: string;
  /** How long it waited for a connection or the writer lock. */
  readonly waitedMs?: number;
  readonly failed?: boolean;
  readonly foreign?: boolean;
}

/** Whose part of a shared request is shown, and whether BEGIN may wait for another writer, as on SQLite. */
export interface View {
  readonly style?: string;
  readonly singleWriter: boolean;
}

/**
 * The stretches of a session, its connection, its waits and its statements.
 *
 * @param now the end of spans that are still open
 */
export function spansOf({ events, answer }: Timed, now: number, view: View): Span[] {
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
  if (answer && gotNoConnection(events)) {
    spans.push({ kind: 'wait', from: opened ?? 0, to: answer.at });
    opened = undefined;
  }
  if (out !== undefined) spans.push({ kind: 'connection', from: out, to: now });
  if (opened !== undefined) spans.push({ kind: 'session', from: opened, to: now });
  return spans;
}

/** Where transactions and savepoints begin and end. */
export function marksOf({ events }: Timed): Mark[] {
  return events.flatMap(({ kind, at }) =>
    kind === 'begin' || kind === 'savepoint' || kind === 'commit' || kind === 'rollback'
      ? [{ kind, at }]
      : [],
  );
}

/** The list in words, in the order of time. */
export function entriesOf({ events, answer }: Timed, view: View): Entry[] {
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
  if (!opened || !answer || !gotNoConnection(events)) return entries;
  const waitedMs = answer.at - opened.at;
  const none = { kind: 'checkout', text: 'No connection', failed: true } as const;
  return [...entries, { ...none, key: -opened.id, at: answer.at, waitedMs }];
}

/** Whether the session never got a connection: the pool had none until the wait timed out. */
function gotNoConnection(events: readonly SessionEvent[]): boolean {
  const kinds = new Set(events.map(({ kind }) => kind));
  return kinds.has('session-opened') && !kinds.has('checkout');
}

/** The verb and the table of a statement: `INSERT users`. */
export function summary(sql: string): string {
  const [, verb = 'SQL'] = /^\W*(\w+)/.exec(sql) ?? [];
  const table = /\b(?:from|into|update|table_info\s*\()\s*\(?\s*[`"']?(?!select)(\w+)/i.exec(
    sql,
  )?.[1];
  return `${verb.toUpperCase()}${table && verb.toLowerCase() !== table ? ` ${table}` : ''}`;
}

function textOf({ kind, sql = '' }: SessionEvent): string {
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
    case 'forgotten-commit':
      return 'What was written is not committed';
    case 'session-removed':
      return 'Session removed';
  }
}

/** Why a BEGIN costs no round trip. */
const WAYS = {
  sent: undefined,
  joined: 'with the next statement',
  implicit: 'by the next statement',
};

function detailOf({ kind, way, durationMs, rowCount, error }: SessionEvent): string | undefined {
  if (error !== undefined) return error.replace(/:.*/s, '');
  if (way) return WAYS[way];
  if (kind !== 'query' || durationMs === undefined) return undefined;
  const took = `${durationMs < 1 ? durationMs.toFixed(2) : durationMs.toFixed(1)} ms`;
  return rowCount ? `${took}, ${rowCount} ${rowCount === 1 ? 'row' : 'rows'}` : took;
}

/** How long it was waited for a connection or the writer lock, in milliseconds; 0 where it is not worth telling. */
export function waitOf({ kind, durationMs = 0 }: SessionEvent, { singleWriter }: View): number {
  const waits = kind === 'checkout' || (kind === 'begin' && singleWriter);
  return waits && durationMs >= WAITED_MS ? durationMs : 0;
}

function isForeign({ by }: SessionEvent, { style }: View): boolean {
  return by !== undefined && style !== undefined && by !== style;
}

/** What happened, in one sentence: `2 statements, waited 46 milliseconds, committed`. */
export function describeEntries(entries: readonly Entry[]): string {
  const statements = entries.filter(({ kind }) => kind === 'query').length;
  const last = entries.findLast(({ kind }) => kind === 'commit' || kind === 'rollback');
  const ending = last ? (last.kind === 'commit' ? ', committed' : ', rolled back') : '';
  const waited = entries.reduce((sum, { waitedMs = 0 }) => sum + waitedMs, 0);
  const wait = waited > 0 ? `, waited ${ms(waited)} milliseconds` : '';
  return `${statements} statements${wait}${ending}`;
}

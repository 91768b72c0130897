/** Turns an event of db-core's recorder into the plain data that a page shows. */
import path from 'node:path';
import type { Engine } from '@quartet/db-core';
import type { RecordedEvent } from '@quartet/db-core/observe';
import { translateError } from '@quartet/db-core';
import type { Place, PoolFigures, SessionEvent } from '../drawing/events';

/** Options of `toSessionEvent`. */
export interface SessionEventOptions {
  /** Added to the event's time, which is in milliseconds since the recorder was made. */
  readonly startedAt: number;
  readonly engine: Engine;
  /** Files are named from here. */
  readonly root: string;
  /** So many characters of a value are shown. */
  readonly valueLength: number;
}

/** So many values of one statement are shown. */
const VALUES = 100;

/** An event of db-core's recorder as plain data, with its place in the code. */
export function toSessionEvent(
  {
    kind,
    at,
    durationMs,
    way,
    sql,
    params,
    rowCount,
    error,
    connectionId,
    location,
  }: RecordedEvent,
  { startedAt, engine, root, valueLength }: SessionEventOptions,
): Omit<SessionEvent, 'id'> {
  const place = location === undefined ? undefined : placeOf(location, root);
  return {
    kind,
    at: startedAt + at,
    ...(durationMs !== undefined && { durationMs }),
    ...(way !== undefined && { way }),
    ...(sql !== undefined && { sql }),
    ...(params !== undefined && { params: shownParams(params, valueLength) }),
    ...(rowCount !== undefined && { rowCount }),
    ...(error !== undefined && { error: shownError(error) }),
    ...(connectionId !== undefined && { connection: connectionId }),
    ...(place && { place }),
    pool: poolFigures(engine, kind),
  };
}

/** The pool still counts a connection as used when it reports its return. */
export function poolFigures(engine: Engine, kind?: SessionEvent['kind']): PoolFigures {
  const { inUse, max, waiting } = engine.status();
  return { inUse: kind === 'checkin' && waiting === 0 ? inUse - 1 : inUse, max, waiting };
}

/** Its class and its message, in db-core's words. */
export function shownError(error: unknown): string {
  const translated = translateError(error);
  return translated instanceof Error ? `${translated.name}: ${translated.message}` : String(error);
}

/** From `file:line:column (function)`. */
function placeOf(location: string, root: string): Place | undefined {
  const [, file = '', line, name] = /^(.+?):(\d+):\d+(?: \((.+)\))?$/.exec(location) ?? [];
  if (file === '') return undefined;
  const relative = path.relative(root, file).split(path.sep).join('/');
  return {
    file: relative.startsWith('..') ? file : relative,
    line: Number(line),
    ...(name !== undefined && { name: name.replace(/^(Object|Function)\./, '') }),
  };
}

function shownParams(params: unknown, length: number): string[] {
  if (typeof params !== 'object' || params === null) return [shownValue(params, length)];
  const entries = Object.entries(params);
  const shown = entries.slice(0, VALUES).map(([name, value]) => {
    const text = shownValue(value, length);
    return Array.isArray(params) ? text : `${name} = ${text}`;
  });
  return entries.length > VALUES ? [...shown, `… ${entries.length - VALUES} more`] : shown;
}

function shownValue(value: unknown, length: number): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  const text = textOf(value, length);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function textOf(value: unknown, length: number): string {
  // Cut before it is put together: it may be of any size.
  if (typeof value === 'string')
    return value.length > length ? `'${value.slice(0, length)}…` : `'${value}'`;
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a value that is no JSON';
  }
}

/** From db-core's recorder to what the page shows: one event of a session's life, as plain data. */
import path from 'node:path';
import type { Engine, RecordedEvent } from '@quartet/db-core';
import { translateError } from '@quartet/db-core';
import type { LifeEvent, PoolFigures } from './protocol';
import { ROOT } from './styles';

/** Longer values are cut: a page is no dump. */
const VALUE_LENGTH = 120;

export interface Placement {
  readonly id: number;
  /** What to add to the recorder's times to get the style's. */
  readonly offsetMs: number;
  readonly engine: Engine;
}

export function lifeEvent(event: RecordedEvent, { id, offsetMs, engine }: Placement): LifeEvent {
  const { kind, at, durationMs, sql, params, rowCount, error, connectionId, location } = event;
  const place = location === undefined ? undefined : placeOf(location);
  return {
    id,
    kind,
    at: at + offsetMs,
    ...(durationMs !== undefined && { durationMs }),
    ...(sql !== undefined && { sql }),
    ...(params !== undefined && { params: shownParams(params) }),
    ...(rowCount !== undefined && { rowCount }),
    ...(error !== undefined && { error: shownError(error) }),
    ...(connectionId !== undefined && { connection: connectionId }),
    ...(place && { place }),
    pool: poolFigures(engine, kind),
  };
}

/** A connection that is on its way back is still counted by the pool when it is told of. */
export function poolFigures(engine: Engine, kind?: LifeEvent['kind']): PoolFigures {
  const { inUse, max, waiting } = engine.status();
  return { inUse: kind === 'checkin' && waiting === 0 ? inUse - 1 : inUse, max, waiting };
}

export function shownError(error: unknown): string {
  const translated = translateError(error);
  return translated instanceof Error ? `${translated.name}: ${translated.message}` : String(error);
}

/** `file:line:column (function)`, where the file is one of ours. */
function placeOf(location: string): LifeEvent['place'] {
  const [, file = '', line, name] = /^(.+?):(\d+):\d+(?: \((.+)\))?$/.exec(location) ?? [];
  const relative = path.relative(ROOT, file).split(path.sep).join('/');
  if (file === '' || relative.startsWith('..')) return undefined;
  return {
    file: relative,
    line: Number(line),
    ...(name !== undefined && { name: name.replace(/^(Object|Function)\./, '') }),
  };
}

function shownParams(params: unknown): string[] {
  if (Array.isArray(params)) return params.map(shownValue);
  if (typeof params !== 'object' || params === null) return [shownValue(params)];
  return Object.entries(params).map(([name, value]) => `${name} = ${shownValue(value)}`);
}

function shownValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  const text =
    typeof value === 'string'
      ? `'${value}'`
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text;
}

/** Turns an event of db-core's recorder into the plain data that the page shows. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '@quartet/db-core';
import type { RecordedEvent } from '@quartet/db-core/observe';
import { translateError } from '@quartet/db-core';
import type { SessionEvent, PoolFigures, StyleId } from './protocol';
import { STYLE_IDS } from './protocol';
import { ROOT } from './root';

/** The page shows at most so many characters of a value. */
const VALUE_LENGTH = 120;

/** A recorded event, and the parameters of its statement as they were sent. */
export interface RecordedSessionEvent {
  /** `at` is in milliseconds since 1970. */
  readonly event: Omit<SessionEvent, 'id'>;
  readonly params: unknown;
}

/** @param madeAt when the recorder was made, in milliseconds since 1970 */
export function toSessionEvent(
  recorded: RecordedEvent,
  madeAt: number,
  engine: Engine,
): RecordedSessionEvent {
  const { kind, at, durationMs, way, sql, params, rowCount, error, connectionId, location } =
    recorded;
  const place = location === undefined ? undefined : placeOf(location);
  const by = place && styleAt(place);
  const event = {
    kind,
    at: madeAt + at,
    ...(durationMs !== undefined && { durationMs }),
    ...(way !== undefined && { way }),
    ...(sql !== undefined && { sql }),
    ...(params !== undefined && { params: shownParams(params) }),
    ...(rowCount !== undefined && { rowCount }),
    ...(error !== undefined && { error: shownError(error) }),
    ...(connectionId !== undefined && { connection: connectionId }),
    ...(place && { place }),
    ...(by && { by }),
    pool: poolFigures(engine, kind),
  };
  return { event, params };
}

/** The pool still counts a connection as used when it reports its return. */
export function poolFigures(engine: Engine, kind?: SessionEvent['kind']): PoolFigures {
  const { inUse, max, waiting } = engine.status();
  return { inUse: kind === 'checkin' && waiting === 0 ? inUse - 1 : inUse, max, waiting };
}

export function shownError(error: unknown): string {
  const translated = translateError(error);
  return translated instanceof Error ? `${translated.name}: ${translated.message}` : String(error);
}

/** From `file:line:column (function)`; undefined for a file outside the repository. */
function placeOf(location: string): SessionEvent['place'] {
  const [, file = '', line, name] = /^(.+?):(\d+):\d+(?: \((.+)\))?$/.exec(location) ?? [];
  const relative = path.relative(ROOT, file).split(path.sep).join('/');
  if (file === '' || relative.startsWith('..')) return undefined;
  return {
    file: relative,
    line: Number(line),
    ...(name !== undefined && { name: name.replace(/^(Object|Function)\./, '') }),
  };
}

/** The style a line belongs to: that of its file, or the one from which the file imports a name that the line uses. */
function styleAt({ file, line }: NonNullable<SessionEvent['place']>): StyleId | undefined {
  const own = STYLE_IDS.find(
    (id) => file.startsWith(`apps/${id}/`) || file.endsWith(`/variants/${id}.ts`),
  );
  if (own) return own;
  const text = linesOf(file)[line - 1] ?? '';
  return STYLE_IDS.find((id) =>
    importsOf(file, id).some((name) => new RegExp(`\\b${name}\\b`).test(text)),
  );
}

function importsOf(file: string, style: StyleId): string[] {
  const own = new RegExp(`^import \\{ (.+) \\} from '@quartet/app-${style}/`);
  return linesOf(file).flatMap((line) => {
    const names = own.exec(line)?.[1]?.split(', ') ?? [];
    return names.map((name) => name.split(' as ').at(-1) ?? name);
  });
}

const files = new Map<string, readonly string[]>();
function linesOf(file: string): readonly string[] {
  let lines = files.get(file);
  if (!lines) files.set(file, (lines = readFileSync(path.join(ROOT, file), 'utf8').split('\n')));
  return lines;
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

/** Adds to an event of db-core's recorder which of the styles it belongs to. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '@quartet/db-core';
import type { RecordedEvent } from '@quartet/db-core/observe';
import { toSessionEvent as toPlainEvent } from '@quartet/debug-panel/parts';
import type { SessionEvent, StyleId } from './protocol';
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
  const options = { startedAt: madeAt, engine, root: ROOT, valueLength: VALUE_LENGTH };
  const { place, by: _none, ...event } = toPlainEvent(recorded, options);
  // The page shows files of the repository alone.
  const own = place && !path.isAbsolute(place.file) ? place : undefined;
  const by = own && styleAt(own);
  return {
    event: { ...event, ...(own && { place: own }), ...(by && { by }) },
    params: recorded.params,
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

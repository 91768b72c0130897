/** How the shell prints a value: as Node does, except where that would hide the point. */
import { inspect } from 'node:util';
import { DbCoreError } from '@quartet/db-core';

/** A frame of what was typed; those below it are the shell's own. */
const TYPED = /\bREPL\d+:\d+/;

export function makeWriter(session: unknown, colors: boolean): (value: unknown) => string {
  return (value) => {
    if (value === session) return '<ScopedSession>';
    const sql = unsentSql(value);
    if (sql !== undefined) return `<not sent yet, await it: ${sql}>`;
    return inspect(value, { colors });
  };
}

/** What went wrong on the line, without the frames that are not the user's. */
export function describeError(error: unknown, colors: boolean): string {
  if (error instanceof DbCoreError) return `${error.name}: ${error.message}`;
  if (!(error instanceof Error)) return inspect(error, { colors });
  if (error.name === 'SyntaxError') return `${error.name}: ${error.message}`;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const typed = frames.findIndex((frame) => TYPED.test(frame));
  // A mistake in the typed line itself needs no map.
  const shown = typed < 0 ? frames : frames.slice(0, typed);
  return [`${error.name}: ${error.message}`, ...shown].join('\n');
}

/** The statement of a Knex builder, which sends nothing until it is awaited. */
function unsentSql(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { toQuery, then } = value as { toQuery?: unknown; then?: unknown };
  if (typeof toQuery !== 'function' || typeof then !== 'function') return undefined;
  return String((toQuery as () => string).call(value));
}

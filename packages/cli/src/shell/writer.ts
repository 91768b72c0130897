/** Prints values as Node does, except the scoped session and Knex builders, which are shown by name and by SQL. */
import { inspect } from 'node:util';
import { DbCoreError } from '@quartet/db-core';

/** A stack frame of the typed line; the frames below it are the shell's. */
const TYPED = /\bREPL\d+:\d+/;

export function makeWriter(session: unknown, colors: boolean): (value: unknown) => string {
  return (value) => {
    if (value === session) return '<ScopedSession>';
    const sql = unsentSql(value);
    if (sql !== undefined) return `<not sent yet, await it: ${sql}>`;
    return inspect(value, { colors });
  };
}

/** The error of the typed line, without the frames of the shell. */
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

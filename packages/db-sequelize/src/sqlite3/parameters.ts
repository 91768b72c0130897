/**
 * Values for a statement's parameters as `sqlite3` takes them: one by one, as an array, or as an object with keys `$name`,
 * `:name`, `@name` or numbers. A parameter that gets no value is NULL; a value for no parameter
 * is an error, unless it is undefined.
 *
 * @see https://www.sqlite.org/lang_expr.html#parameters
 */
import type { SqliteCall } from '@quartet/db-core/drivers';
import { Sqlite3Error } from './errors';

/** What is left out first: strings, quoted names, comments. */
const PARAMETER =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)|\?\d*|(?<![\w$])[$:@][\w$]+/g;
const CACHE_LIMIT = 500;
const known = new Map<string, readonly (string | undefined)[]>();

/** @throws Sqlite3Error `SQLITE_RANGE` when there is a value too many. */
export function bindValues(
  sql: string,
  params: readonly unknown[],
): Pick<SqliteCall, 'values' | 'named'> {
  const parameters = parametersOf(sql);
  const given: unknown[] = Array.from(parameters, () => null);
  const [first] = params;
  const put = (index: number, value: unknown): void => {
    if (!(index in given) && value === undefined) return;
    if (!(index in given))
      throw new Sqlite3Error(
        'RANGE',
        `column index out of range: value ${index + 1} has no parameter`,
      );
    given[index] = value;
  };
  if (Array.isArray(first)) first.forEach((value, i) => put(i, value));
  else if (isRecord(first))
    for (const [key, value] of Object.entries(first))
      put(/^\d+$/.test(key) ? Number(key) - 1 : parameters.indexOf(key), value);
  else params.forEach((value, i) => put(i, value));
  if (parameters.every((name) => name === undefined)) return { values: given };
  return {
    values: given.filter((_, i) => parameters[i] === undefined),
    named: Object.fromEntries(
      parameters.flatMap((name, i) => (name === undefined ? [] : [[name.slice(1), given[i]]])),
    ),
  };
}

/** By SQLite's own number, from 0: the name with its first character, or undefined for a `?`. */
function parametersOf(sql: string): readonly (string | undefined)[] {
  let parameters = known.get(sql);
  if (!parameters) {
    parameters = read(sql);
    if (known.size >= CACHE_LIMIT) known.delete(known.keys().next().value as string);
    known.set(sql, parameters);
  }
  return parameters;
}

function read(sql: string): readonly (string | undefined)[] {
  const parameters: (string | undefined)[] = [];
  for (const [token] of sql.matchAll(PARAMETER)) {
    if (token === '?') parameters.push(undefined);
    else if (token.startsWith('?')) {
      const index = Number(token.slice(1)) - 1;
      while (parameters.length < index) parameters.push(undefined);
      parameters[index] = token;
    } else if (/^[$:@]/.test(token) && !parameters.includes(token)) parameters.push(token);
  }
  return parameters;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return !(value instanceof Date || value instanceof ArrayBuffer || ArrayBuffer.isView(value));
}

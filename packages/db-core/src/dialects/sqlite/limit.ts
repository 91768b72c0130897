/**
 * SQLite plans a statement for the value that a parameter of LIMIT or OFFSET has at the time, and so prepares it anew at each
 * run: that takes longer than to find a row. A parameter inside an expression is not looked at; `likely(x)` is x.
 *
 * @see https://www.sqlite.org/lang_corefunc.html#likely
 */
const LIMIT =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?\*\/|\b(limit|offset)(\s+)(\?\d*|[:@$]\w+)(?=\s|[;)]|$)/gi;
const MAY_HAVE_LIMIT = /\b(?:limit|offset)\s+[?:@$]/i;

/** The statement, to be prepared once for all values. What strings, quoted names and comments say stays as it is. */
export function withSteadyLimit(sql: string): string {
  if (!MAY_HAVE_LIMIT.test(sql)) return sql;
  return sql.replace(LIMIT, (token, word?: string, space?: string, parameter?: string) =>
    word === undefined ? token : `${word}${space}likely(${parameter})`,
  );
}

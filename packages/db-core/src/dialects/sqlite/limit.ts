/**
 * SQLite plans a statement for the value that a parameter of LIMIT or OFFSET has at the time, and so prepares it anew at each
 * run: that takes longer than to find a row. A parameter inside an expression is not looked at; `likely(x)` is x.
 *
 * @see https://www.sqlite.org/lang_corefunc.html#likely
 */
import { scan } from '../../sql/tokens';
import { SQLITE_LEXICAL_RULES } from './lexical-rules';

/** The statement, to be prepared once for all values. What strings, quoted names and comments say stays as it is. */
export function withSteadyLimit(sql: string): string {
  const tokens = scan(sql, SQLITE_LEXICAL_RULES).filter(
    ({ kind }) => kind !== 'space' && kind !== 'comment',
  );
  const textOf = (i: number): string => sql.slice(tokens[i]?.start, tokens[i]?.end).toUpperCase();
  let steady = '';
  let from = 0;
  tokens.forEach(({ kind, start, end }, i) => {
    if (kind !== 'placeholder' || !['LIMIT', 'OFFSET'].includes(textOf(i - 1))) return;
    const next = tokens[i + 1];
    if (next && next.kind !== 'word' && ![')', ';'].includes(textOf(i + 1))) return;
    steady += `${sql.slice(from, start)}likely(${sql.slice(start, end)})`;
    from = end;
  });
  return steady + sql.slice(from);
}

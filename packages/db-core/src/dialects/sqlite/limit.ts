/**
 * Keeps SQLite from planning a statement again at each run. It does so where a parameter stands for LIMIT or OFFSET, to plan
 * for its value, which takes longer than to find a row; where the parameter is inside an expression it does not. `likely(x)` is x.
 *
 * @see https://www.sqlite.org/lang_corefunc.html#likely
 */
import { scan } from '../../sql/tokens';
import { SQLITE_LEXICAL_RULES } from './lexical-rules';

/** The statement with each such parameter inside `likely()`. Strings, quoted names and comments stay as they are. */
export function wrapLimitParameters(sql: string): string {
  const tokens = scan(sql, SQLITE_LEXICAL_RULES).filter(
    ({ kind }) => kind !== 'space' && kind !== 'comment',
  );
  const textOf = (i: number): string => sql.slice(tokens[i]?.start, tokens[i]?.end).toUpperCase();
  let wrapped = '';
  let from = 0;
  tokens.forEach(({ kind, start, end }, i) => {
    if (kind !== 'placeholder' || !['LIMIT', 'OFFSET'].includes(textOf(i - 1))) return;
    const next = tokens[i + 1];
    if (next && next.kind !== 'word' && ![')', ';'].includes(textOf(i + 1))) return;
    wrapped += `${sql.slice(from, start)}likely(${sql.slice(start, end)})`;
    from = end;
  });
  return wrapped + sql.slice(from);
}

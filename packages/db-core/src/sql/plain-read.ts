/**
 * Whether a statement reads and does nothing else, so that it needs no transaction in `on-first-write`. When in
 * doubt it is none: a transaction too many costs a round trip, one too few loses an update.
 */
import type { Lexeme } from './statements';

/** Words that may stand before `(`: functions that read and nothing else, and what is no function. Any other call may write, lock or sleep. */
const PURE = new Set(
  'abs avg cast ceil ceiling char_length character_length coalesce concat count current_database current_schema date date_format exists extract floor format group_concat ifnull in iif json_agg json_array json_extract json_object lcase least length like lower ltrim max min mod nullif octet_length over partition replace round row_number rtrim string_agg strftime substr substring sum to_char trim trunc ucase upper values version as on and or not from where select join any all distinct unicode hex datetime timestamp interval array_agg bool_and bool_or greatest by having then else when using'
    .toUpperCase()
    .split(' '),
);
const NEVER = new Set('INTO INSERT UPDATE DELETE MERGE CALL PROCEDURE LOCK NEXTVAL'.split(' '));
/** Words that make a read more than one behind another: `FOR SHARE`, `NEXT VALUE` of a sequence, `:=` for a variable. */
const NEVER_BEHIND: ReadonlyMap<string, string> = new Map([
  ['SHARE', 'FOR'],
  ['NO', 'FOR'],
  ['KEY', 'FOR'],
  ['VALUE', 'NEXT'],
  ['=', ':'],
]);

export function isPlainRead(statement: readonly Lexeme[]): boolean {
  if (statement.find(({ text }) => text !== '(')?.text !== 'SELECT') return false;
  return statement.every((lexeme, i) => {
    const { kind, text } = lexeme;
    if (kind === 'word' && NEVER.has(text)) return false;
    const before = statement[i - 1];
    if (!before) return true;
    if (text === '(') return mayBeCalled(before, statement[i - 2]);
    return NEVER_BEHIND.get(text) !== before.text;
  });
}

function mayBeCalled(lexeme: Lexeme, before: Lexeme | undefined): boolean {
  switch (lexeme.kind) {
    case 'word':
      return PURE.has(lexeme.text) && before?.text !== '.';
    case 'name':
    case 'string':
      return false;
    default:
      return true;
  }
}

/** How MariaDB and MySQL read a text, unless their `sql_mode` says otherwise. */
import type { LexicalRules } from '../../sql/tokens';

export const MYSQL_LEXICAL_RULES: LexicalRules = Object.freeze({
  backslashEscapes: true,
  escapeStrings: false,
  doubleQuotedStrings: true,
  backticks: true,
  brackets: false,
  dollarQuotes: false,
  nestedComments: false,
  hashComments: true,
  dashesNeedSpace: true,
  carriageReturnEndsComment: false,
  executableComments: true,
  namedVariables: false,
  plainBodies: true,
  severalStatements: false,
});

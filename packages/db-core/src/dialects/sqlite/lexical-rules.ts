/** How SQLite reads a text. */
import type { LexicalRules } from '../../sql/tokens';

export const SQLITE_LEXICAL_RULES: LexicalRules = Object.freeze({
  backslashEscapes: false,
  escapeStrings: false,
  doubleQuotedStrings: false,
  backticks: true,
  brackets: true,
  dollarQuotes: false,
  nestedComments: false,
  hashComments: false,
  dashesNeedSpace: false,
  carriageReturnEndsComment: false,
  executableComments: false,
  namedVariables: true,
  plainBodies: false,
  severalStatements: false,
});

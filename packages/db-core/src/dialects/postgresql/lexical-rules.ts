/** How PostgreSQL reads a text with `standard_conforming_strings` on, as every connection of an engine has it. */
import type { LexicalRules } from '../../sql/tokens';

export const POSTGRESQL_LEXICAL_RULES: LexicalRules = Object.freeze({
  backslashEscapes: false,
  escapeStrings: true,
  doubleQuotedStrings: false,
  backticks: false,
  brackets: false,
  dollarQuotes: true,
  nestedComments: true,
  hashComments: false,
  dashesNeedSpace: false,
  carriageReturnEndsComment: true,
  executableComments: false,
  namedVariables: false,
  plainBodies: false,
  severalStatements: true,
});

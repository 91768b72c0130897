/** The rules of every database, by the name of its dialect. */
import type { DialectName } from '@quartet/db-core';
import { MYSQL_LEXICAL_RULES } from '../src/dialects/mysql/lexical-rules';
import { POSTGRESQL_LEXICAL_RULES } from '../src/dialects/postgresql/lexical-rules';
import { SQLITE_LEXICAL_RULES } from '../src/dialects/sqlite/lexical-rules';
import type { LexicalRules } from '../src/sql/tokens';

export const RULES: Readonly<Record<DialectName, LexicalRules>> = {
  sqlite: SQLITE_LEXICAL_RULES,
  postgresql: POSTGRESQL_LEXICAL_RULES,
  mysql: MYSQL_LEXICAL_RULES,
};

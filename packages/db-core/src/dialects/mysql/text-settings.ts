/**
 * How the server reads the text of a statement: the character set it takes it for, and whether a backslash escapes.
 * Values are written into the text (by mysql2, and by libraries themselves) under the rules that are set here, so a
 * connection has these from its first statement to its last, whatever the server's own defaults are.
 *
 * @see https://mariadb.com/kb/en/sql-mode/
 */
import { changedVariables } from './answers';

/** Modes that change where a string ends, and those that bring ANSI_QUOTES along. */
const OTHER_RULES = new Set(
  'NO_BACKSLASH_ESCAPES ANSI_QUOTES ANSI DB2 MAXDB MSSQL ORACLE POSTGRESQL'.split(' '),
);
/** Character sets in which the byte of a backslash can be the second half of a letter. */
const BACKSLASH_IN_LETTERS = /^(?:big5|cp932|gb18030|gbk|sjis)$/;
const SERVER_STATUS_NO_BACKSLASH_ESCAPES = 512;

/** Assignments of a SET statement. @param modes the server's `sql_mode`, of which everything else is kept. */
export function textSettings(modes: string): string[] {
  const kept = modes.split(',').filter((mode) => !OTHER_RULES.has(mode.toUpperCase()));
  return ['NAMES utf8mb4 COLLATE utf8mb4_general_ci', `sql_mode = '${kept.join(',')}'`];
}

/**
 * Says that a statement has changed how texts are read, as the server tells it; undefined where it has not.
 *
 * @param result of mysql2. @param status the flags of its last packet.
 */
export function changesTextRules(result: unknown, status: number | undefined): string | undefined {
  const setting =
    status !== undefined && (status & SERVER_STATUS_NO_BACKSLASH_ESCAPES) !== 0
      ? 'sql_mode NO_BACKSLASH_ESCAPES'
      : unsafeCharset(result);
  return setting === undefined
    ? undefined
    : `${setting} cannot be set on the engine's connections: values that the drivers write into a text would become SQL. ` +
        'The connection was closed, and its transaction is rolled back. Leave the setting out; values need no escaping by you.';
}

/** MariaDB and MySQL report each change of `character_set_client` with the answer to the statement that made it. */
function unsafeCharset(result: unknown): string | undefined {
  const { character_set_client: charset } = Array.isArray(result) ? changedVariables(result) : {};
  return charset !== undefined && BACKSLASH_IN_LETTERS.test(charset)
    ? `character_set_client ${charset}`
    : undefined;
}

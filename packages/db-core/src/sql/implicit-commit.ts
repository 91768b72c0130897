/**
 * Statements before which MariaDB and MySQL commit the transaction by themselves, those that answer with rows among
 * them. UNLOCK TABLES is left to the server's own account: it commits only where tables were locked.
 *
 * @see https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/
 */
import type { Lexeme } from './statements';

const ALWAYS = new Set(
  'ALTER RENAME TRUNCATE GRANT REVOKE FLUSH RESET INSTALL UNINSTALL'.split(' '),
);
/** Those that depend on the word behind them. */
const WITH_OBJECT: Readonly<Record<string, readonly string[]>> = {
  ANALYZE: ['TABLE', 'TABLES'],
  OPTIMIZE: ['TABLE', 'TABLES'],
  REPAIR: ['TABLE', 'TABLES', 'VIEW'],
  CHECK: ['TABLE', 'TABLES', 'VIEW'],
  LOCK: ['TABLE', 'TABLES'],
  CACHE: ['INDEX'],
  LOAD: ['INDEX'],
  CHANGE: ['MASTER', 'REPLICATION'],
  START: ['SLAVE', 'REPLICA', 'ALL'],
  STOP: ['SLAVE', 'REPLICA', 'ALL'],
  SET: ['PASSWORD'],
};
const BETWEEN = new Set(['OR', 'REPLACE', 'NO_WRITE_TO_BINLOG', 'LOCAL']);

export function commitsByItself([first, ...others]: readonly Lexeme[]): boolean {
  const verb = first?.text ?? '';
  const object = others.find(({ text }) => !BETWEEN.has(text))?.text ?? '';
  if (verb === 'CREATE' || verb === 'DROP') return object !== 'TEMPORARY' && object !== 'PREPARE';
  return ALWAYS.has(verb) || (WITH_OBJECT[verb]?.includes(object) ?? false);
}

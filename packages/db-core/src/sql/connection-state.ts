/**
 * Statements that leave something on their connection beyond the transaction (settings, temporary tables, locks,
 * variables), or look for it: what comes after them belongs to the same connection, and the next user must not get it.
 * When in doubt a statement does: a connection is then replaced that could have been kept.
 */
import type { Lexeme } from './statements';

const VERBS = new Set(
  'RESET LOAD PREPARE USE LOCK FLUSH HANDLER XA ATTACH DETACH LISTEN'.split(' '),
);
const ORDINARY = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH']);
/** A SET of these ends with the transaction, or changes nothing of the connection. */
const SETS_NOTHING = new Set('LOCAL TRANSACTION CONSTRAINTS GLOBAL PASSWORD'.split(' '));
const TEMPORARY = new Set(['TEMP', 'TEMPORARY']);
/** Functions that lock, set or remember for the session. */
const FUNCTIONS =
  /^(?:GET_LOCK|RELEASE_LOCK|CURRVAL|LASTVAL|PG_(?:TRY_)?ADVISORY_LOCK(?:_SHARED)?)$/;
/** Pragmas of SQLite that only read, also with an argument. */
const READING_PRAGMAS =
  /^(?:TABLE_LIST|FOREIGN_KEY_CHECK|(?:INTEGRITY|QUICK)_CHECK|DATABASE_LIST|FUNCTION_LIST|MODULE_LIST|PRAGMA_LIST|COLLATION_LIST|COMPILE_OPTIONS|OPTIMIZE|WAL_CHECKPOINT|INCREMENTAL_VACUUM|DATA_VERSION|FREELIST_COUNT|PAGE_COUNT|SCHEMA_VERSION)$/;

/** Those of them whose answer is known from the schema alone. */
const SCHEMA_PRAGMAS = /^(?:TABLE_X?INFO|INDEX_(?:X?INFO|LIST)|FOREIGN_KEY_LIST)$/;

/** Whether a text with this first verb, or some statement in it, can be one: almost none needs to be read as a whole. */
export function mayUseConnectionState(verb: string, text: string): boolean {
  return !ORDINARY.has(verb) || /@|;|_lock|set_config|currval|lastval|into\s+temp/i.test(text);
}

export function usesConnectionState(statement: readonly Lexeme[]): boolean {
  const verb = statement[0]?.text ?? '';
  const second = statement[1]?.text ?? '';
  if (verb === 'PRAGMA') return setsPragma(statement);
  if (verb === 'SET' && !SETS_NOTHING.has(second)) return true;
  if (verb === 'CREATE' && statement.slice(1, 4).some(({ text }) => TEMPORARY.has(text)))
    return true;
  if (verb === 'DECLARE' && hasPair(statement, 'WITH', 'HOLD')) return true;
  if (VERBS.has(verb)) return true;
  return statement.some((lexeme, i) => remembers(statement, lexeme, i));
}

/** `LISTEN` and `COPY`, which need a connection that no pool takes back. */
export function needsOwnConnection([first]: readonly Lexeme[]): 'LISTEN' | 'COPY' | undefined {
  const verb = first?.text;
  return verb === 'LISTEN' || verb === 'COPY' ? verb : undefined;
}

function setsPragma(statement: readonly Lexeme[]): boolean {
  const name = pragmaOf(statement);
  const hasValue = statement.some(({ text }) => text === '=' || text === '(');
  return hasValue && !READING_PRAGMAS.test(name) && !SCHEMA_PRAGMAS.test(name);
}

/** Which pragma one statement sets, where that is the connection's and no attached database's (SQLite). */
export function pragmaSet(statement: readonly Lexeme[]): string | undefined {
  if (statement[0]?.text !== 'PRAGMA' || statement[2]?.text === '.') return undefined;
  return setsPragma(statement) ? pragmaOf(statement) : undefined;
}

/** Whether its answer stays the same as long as the schema of the main database does (SQLite). */
export function readsSchema(statement: readonly Lexeme[]): boolean {
  if (statement[0]?.text !== 'PRAGMA' || statement[2]?.text === '.') return false;
  return SCHEMA_PRAGMAS.test(pragmaOf(statement));
}

function pragmaOf(statement: readonly Lexeme[]): string {
  const names = statement.filter(({ kind }) => kind === 'word' || kind === 'name');
  return (names[statement[2]?.text === '.' ? 2 : 1]?.text ?? '').toUpperCase();
}

function remembers(statement: readonly Lexeme[], { kind, text }: Lexeme, i: number): boolean {
  const next = statement[i + 1];
  if (text === '@')
    return statement[i - 1]?.text !== '@' && next !== undefined && next.text !== '@';
  if (kind !== 'word') return false;
  if (text === 'INTO') return TEMPORARY.has(next?.text ?? '');
  if (next?.text !== '(') return false;
  return text === 'SET_CONFIG' ? !isLocal(statement.slice(i + 2)) : FUNCTIONS.test(text);
}

/** Whether the last argument of `set_config(…, true)` is the word TRUE. */
function isLocal(args: readonly Lexeme[]): boolean {
  let depth = 0;
  const end = args.findIndex(({ text }) => {
    if (text === '(') depth++;
    return text === ')' && depth-- === 0;
  });
  return args[end - 1]?.text === 'TRUE';
}

function hasPair(statement: readonly Lexeme[], one: string, other: string): boolean {
  return statement.some(({ text }, i) => text === one && statement[i + 1]?.text === other);
}

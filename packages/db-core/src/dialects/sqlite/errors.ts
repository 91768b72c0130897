/** What SQLite's result codes mean. @see https://www.sqlite.org/rescode.html */
import type { DatabaseError } from '../../errors/errors';
import type { DriverError, ErrorKind } from '../driver-error';
import { ArgumentError } from '../../errors/errors';
import { circumstancesOf, errorOf, textOf } from '../driver-error';

/** By extended code, else by its first word: `SQLITE_BUSY_SNAPSHOT` is a `SQLITE_BUSY`. */
export const SQLITE_ERRORS: Readonly<Record<string, ErrorKind>> = {
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_ROWID: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_NOTNULL: 'not-null',
  SQLITE_CONSTRAINT_CHECK: 'check',
  SQLITE_CONSTRAINT_DATATYPE: 'data', // of a STRICT table
  SQLITE_CONSTRAINT: 'database', // a trigger's own RAISE
  SQLITE_TOOBIG: 'data',
  SQLITE_MISMATCH: 'data',
  SQLITE_RANGE: 'data',
  SQLITE_READONLY: 'programming', // the transaction, or the URL, says so
  SQLITE_READONLY_DBMOVED: 'unavailable',
  SQLITE_BUSY: 'busy',
  SQLITE_LOCKED: 'busy',
  SQLITE_INTERRUPT: 'cancelled',
  SQLITE_CANTOPEN: 'unavailable',
  SQLITE_PERM: 'unavailable',
  SQLITE_AUTH: 'programming',
  SQLITE_FULL: 'not-ready',
  SQLITE_IOERR: 'not-ready',
  SQLITE_NOMEM: 'not-ready',
  SQLITE_CORRUPT: 'database',
  SQLITE_NOTADB: 'database',
};

export function readSqliteError(error: DriverError): DatabaseError | undefined {
  const { code } = error;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  if (code === 'SQLITE_CONSTRAINT' && error.cause) return undefined; // the short code of sqlite3: which one, its cause says
  const message = textOf(error);
  const kind = kindOf(code, error);
  if (kind === 'busy') return errorOf(kind, error, 'The database is locked by another writer');
  return errorOf(kind, error, message, violated(message, kind));
}

function kindOf(code: string, error: DriverError): ErrorKind {
  // RESTRICT is done by a trigger of SQLite's own.
  if (code === 'SQLITE_CONSTRAINT_TRIGGER' && textOf(error) === 'FOREIGN KEY constraint failed')
    return 'foreign-key';
  const [, first = code] = /^(SQLITE_[A-Z]+)/.exec(code) ?? [];
  if (first === 'SQLITE_READONLY' && circumstancesOf(error)?.readOnlyServer) return 'read-only';
  return SQLITE_ERRORS[code] ?? SQLITE_ERRORS[first] ?? 'programming';
}

export function isReadOnly(error: unknown): boolean {
  return (error as DriverError | undefined)?.code === 'SQLITE_READONLY';
}

/** "UNIQUE constraint failed: users.name, users.email", "… failed: index 'users_lower_name'", "CHECK … failed: positive" */
function violated(
  message: string,
  kind: ErrorKind,
): { table?: string | undefined; columns: string[]; constraint?: string | undefined } {
  const [, what = ''] = /constraint failed: (.+)$/s.exec(message) ?? [];
  const [, index] = /^index '(.+)'$/s.exec(what) ?? [];
  if (kind === 'check' || index !== undefined) return { columns: [], constraint: index ?? what };
  const names = what.split(', ').filter((name) => name.includes('.'));
  return {
    table: names[0]?.slice(0, names[0].indexOf('.')),
    columns: names.map((name) => name.slice(name.indexOf('.') + 1)),
  };
}

/** What SQLite has no counterpart of. @see docs/decisions/2026-11-26-settings-of-a-transaction.md */
export function noSettings(): ArgumentError {
  return new ArgumentError(
    'SQLite has no settings of a transaction, and no row-level security that would ask for them: give none ({}) on this engine, ' +
      'and filter by the tenant in each query, or give each tenant a file.',
  );
}

/**
 * The one place where drivers' errors are told apart. Every ORM keeps the driver's error somewhere
 * (`parent`, `original`, `driverError`, `cause`); it is found, and the error of our tree that fits is made of it.
 */
import type { IntegrityKind, OperationalReason } from './errors';
import {
  DatabaseError,
  DataError,
  DbCoreError,
  IntegrityError,
  OperationalError,
  ProgrammingError,
} from './errors';

/** The fields by which `pg`, `mysql2` and `better-sqlite3` (and `sqlite3`) describe an error. */
interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
  readonly sqlMessage?: string;
  readonly severity?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly detail?: string;
}

/**
 * The error of our tree for whatever a driver or an ORM threw, with the driver's own error as `cause`.
 * An error that is one already, or that no driver made, comes back as it is.
 */
export function translateError(error: unknown): unknown {
  for (const candidate of chain(error)) {
    if (candidate instanceof DbCoreError) return candidate.withOriginalMessage();
    const translated =
      fromSqlite(candidate) ??
      fromMysql(candidate) ??
      fromPostgres(candidate) ??
      fromNetwork(candidate);
    if (translated) return translated;
  }
  return error;
}

/** The error and the errors it wraps, outermost first; each once. */
function* chain(error: unknown): Generator<DriverError> {
  const seen = new Set<unknown>();
  const open = [error];
  while (open.length > 0) {
    const next = open.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isErrorLike(next)) yield next;
    const { parent, original, driverError, cause } = next as Record<string, unknown>;
    open.push(parent, original, driverError, cause);
  }
}

/** Not `instanceof`: drivers may make their errors in another realm than ours (native modules, test runners). */
function isErrorLike(value: unknown): value is DriverError {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { message?: unknown }).message === 'string'
  );
}

// --- SQLite ----------------------------------------------------------------------------------

const SQLITE_INTEGRITY: Readonly<Record<string, IntegrityKind>> = {
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_ROWID: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_TRIGGER: 'foreign-key',
  SQLITE_CONSTRAINT_NOTNULL: 'not-null',
  SQLITE_CONSTRAINT_CHECK: 'check',
};

function fromSqlite(error: DriverError): DatabaseError | undefined {
  const { code = '' } = error;
  const message = textOf(error);
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  if (code === 'SQLITE_CONSTRAINT' && error.cause) return undefined; // the short code of sqlite3: which one, its cause says
  const kind = SQLITE_INTEGRITY[code];
  if (kind) {
    // "UNIQUE constraint failed: users.name, users.email"
    const names = /constraint failed: (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
    const qualified = names.filter((name) => name.includes('.'));
    const columns = qualified.map((name) => name.slice(name.indexOf('.') + 1));
    return new IntegrityError(message, {
      cause: error,
      kind,
      columns,
      table: qualified[0]?.split('.')[0],
      constraint: kind === 'check' ? names[0] : undefined,
    });
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return operational(error, 'busy', 'The database is locked by another writer');
  if (/^SQLITE_(CANTOPEN|NOTADB|CORRUPT|IOERR|FULL|READONLY|PERM)/.test(code))
    return operational(error, 'unavailable', message);
  if (/^SQLITE_(TOOBIG|MISMATCH|RANGE)/.test(code)) return new DataError(message, { cause: error });
  if (code === 'SQLITE_INTERRUPT') return operational(error, 'cancelled', message);
  return new ProgrammingError(message, { cause: error });
}

// --- MariaDB and MySQL -----------------------------------------------------------------------

const MYSQL_INTEGRITY: Readonly<Record<number, IntegrityKind>> = {
  1062: 'unique',
  1586: 'unique',
  1048: 'not-null',
  1364: 'not-null',
  1216: 'foreign-key',
  1217: 'foreign-key',
  1451: 'foreign-key',
  1452: 'foreign-key',
  3819: 'check',
  4025: 'check',
};
const MYSQL_OPERATIONAL: Readonly<Record<number, OperationalReason>> = {
  1205: 'busy',
  1213: 'deadlock',
  1020: 'serialization',
  1317: 'cancelled',
  1969: 'timeout',
  3024: 'timeout',
  1040: 'unavailable',
  1044: 'unavailable',
  1045: 'unavailable',
  1049: 'unavailable',
  1047: 'unavailable',
  1053: 'gone',
  1927: 'gone',
  2006: 'gone',
  2013: 'gone',
};
const MYSQL_DATA = new Set([1264, 1265, 1292, 1366, 1406, 1690, 1300, 3140]);

function fromMysql(error: DriverError): DatabaseError | undefined {
  const { errno, sqlState, code } = error;
  if (code === 'PROTOCOL_CONNECTION_LOST' || code === 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR') {
    return operational(error, 'gone', 'The connection to the database was lost');
  }
  if (
    typeof errno !== 'number' ||
    errno < 1000 ||
    (sqlState === undefined && !code?.startsWith('ER_'))
  )
    return undefined;
  const message = error.sqlMessage ?? textOf(error);
  const kind = MYSQL_INTEGRITY[errno];
  if (kind) {
    // "Duplicate entry 'x' for key 'name'" (MySQL: 'users.name')
    const constraint =
      / for key '([^']+)'$/.exec(message)?.[1] ?? /CONSTRAINT [`'"]?([\w$]+)/.exec(message)?.[1];
    const column = /Column '([^']+)'|Field '([^']+)'/.exec(message);
    return new IntegrityError(message, {
      cause: error,
      kind,
      constraint,
      columns: column ? [(column[1] ?? column[2]) as string] : [],
    });
  }
  const reason = MYSQL_OPERATIONAL[errno];
  if (reason) return operational(error, reason, message);
  if (MYSQL_DATA.has(errno)) return new DataError(message, { cause: error });
  return new ProgrammingError(message, { cause: error });
}

// --- PostgreSQL ------------------------------------------------------------------------------

const POSTGRES_INTEGRITY: Readonly<Record<string, IntegrityKind>> = {
  '23505': 'unique',
  '23P01': 'unique',
  '23503': 'foreign-key',
  '23001': 'foreign-key',
  '23502': 'not-null',
  '23514': 'check',
};

function fromPostgres(error: DriverError): DatabaseError | undefined {
  const { code } = error;
  const message = textOf(error);
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || error.severity === undefined)
    return undefined;
  const kind = POSTGRES_INTEGRITY[code];
  if (kind) {
    // "Key (name)=(admin) already exists."
    const key = /^Key \((.+?)\)=/.exec(error.detail ?? '')?.[1];
    const columns = error.column !== undefined ? [error.column] : (key?.split(', ') ?? []);
    return new IntegrityError(message, {
      cause: error,
      kind,
      constraint: error.constraint,
      table: error.table,
      columns,
    });
  }
  if (code === '40001') return operational(error, 'serialization', message);
  if (code === '40P01') return operational(error, 'deadlock', message);
  if (code === '0A000' && message.includes('cached plan'))
    return operational(error, 'schema-changed', message);
  if (code === '55P03') return operational(error, 'busy', message);
  if (code === '57014')
    return operational(error, /timeout/.test(message) ? 'timeout' : 'cancelled', message);
  if (/^(57P01|57P02)$/.test(code)) return operational(error, 'gone', message);
  if (/^(57P03|53300|53200|53100|28|3D000|08)/.test(code))
    return operational(error, 'unavailable', message);
  if (code.startsWith('22')) return new DataError(message, { cause: error });
  if (code.startsWith('42') || code.startsWith('25'))
    return new ProgrammingError(message, { cause: error });
  return new DatabaseError(message, { cause: error });
}

// --- the network -----------------------------------------------------------------------------

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EACCES',
  'ENOENT',
]);
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNABORTED']);
/** `pg` gives its own connection errors no code. */
const PG_GONE =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Connection ended unexpectedly)|in closed state$/;

/**
 * Set on an error by the connection it was thrown on, with what it said there: a broken socket alone does not
 * say that it was the database's.
 */
const FROM_DATABASE = Symbol('quartet.fromDatabase');

export function markFromDatabase(error: unknown): void {
  if (isErrorLike(error) && Object.isExtensible(error)) {
    if (FROM_DATABASE in error) return;
    Object.defineProperty(error, FROM_DATABASE, { value: error.message, configurable: true });
  }
}

/** What the driver said, without the statement and its values that Knex writes in front of it. */
function textOf(error: DriverError): string {
  const { [FROM_DATABASE]: said } = error as { [FROM_DATABASE]?: string };
  return said ?? error.message;
}

function fromNetwork(error: DriverError): DatabaseError | undefined {
  if (!(FROM_DATABASE in error)) return undefined;
  if (UNREACHABLE.has(error.code ?? ''))
    return operational(error, 'unavailable', 'The database cannot be reached');
  if (GONE.has(error.code ?? '') || PG_GONE.test(textOf(error))) {
    return operational(error, 'gone', 'The connection to the database was lost');
  }
  return undefined;
}

function operational(
  cause: DriverError,
  reason: OperationalReason,
  message: string,
): OperationalError {
  return new OperationalError(message, { cause, reason });
}

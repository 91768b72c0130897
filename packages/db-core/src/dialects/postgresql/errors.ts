/** What PostgreSQL's SQLSTATEs mean. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
import type { DatabaseError } from '../../errors/errors';
import type { DriverError, ErrorKind } from '../driver-error';
import { circumstancesOf, errorOf, textOf } from '../driver-error';
import { connectionLost } from '../network-error';

/** By code, else by its class, the first two letters. */
export const POSTGRESQL_ERRORS: Readonly<Record<string, ErrorKind>> = {
  '23505': 'unique',
  '23P01': 'unique',
  '23503': 'foreign-key',
  '23001': 'foreign-key',
  '23502': 'not-null',
  '23514': 'check',
  '22': 'data',
  '25': 'programming',
  '25P03': 'gone', // idle in a transaction for too long
  '25P04': 'timeout',
  '26': 'programming', // a name in EXECUTE
  '42': 'programming',
  '40': 'serialization',
  '40003': 'gone',
  '40P01': 'deadlock',
  '55P03': 'busy',
  '57014': 'cancelled',
  '57P01': 'gone',
  '57P02': 'gone',
  '57P03': 'unavailable',
  '57P04': 'gone',
  '57P05': 'gone',
  '08': 'gone',
  '28': 'unavailable',
  '3D000': 'unavailable',
  '53': 'not-ready',
  '53300': 'unavailable',
  '58': 'not-ready',
};

const READ_ONLY = '25006';
/** Where the server itself does not know whether the statement took place. */
const UNKNOWN = new Set(['08007', '40003']);
/** A prepared statement that is there already, or is not. */
const NAMES_LOST = new Set(['42P05', '26000']);

const QUOTED = /"(?:[^"]|"")+"/g;

/** `pg` gives its own connection errors no code. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Connection ended unexpectedly)/;

export function readPostgresqlError(error: DriverError): DatabaseError | undefined {
  const { code, severity } = error;
  const message = textOf(error);
  if (circumstancesOf(error) && LOST.test(message)) return connectionLost(error);
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || severity === undefined)
    return undefined;
  return errorOf(kindOf(code, message, error), error, message, {
    constraint: error.constraint,
    table: error.table,
    columns: columnsOf(error),
    ...(UNKNOWN.has(code) && { outcomeUnknown: true }),
  });
}

function kindOf(code: string, message: string, error: DriverError): ErrorKind {
  if (code === READ_ONLY && circumstancesOf(error)?.readOnlyServer) return 'read-only';
  if (circumstancesOf(error)?.nameLost) return 'schema-changed';
  if (code === '0A000' && message.includes('cached plan')) return 'schema-changed';
  if (code === '57014' && message.includes('timeout')) return 'timeout';
  return POSTGRESQL_ERRORS[code] ?? POSTGRESQL_ERRORS[code.slice(0, 2)] ?? 'database';
}

/** Whether the server does not know a name, or knows it already. */
export function isNameLost(error: unknown): boolean {
  return NAMES_LOST.has((error as DriverError | undefined)?.code ?? '');
}

export function isReadOnly(error: unknown): boolean {
  return (error as DriverError | undefined)?.code === READ_ONLY;
}

/** "Key (name, "userId")=(admin, 1) already exists."; where a row is still referred to, the columns are another table's. */
function columnsOf({ column, detail = '' }: DriverError): readonly string[] {
  if (column !== undefined) return [column];
  if (detail.includes(' is still referenced from table ')) return [];
  const [, list = ''] = /^Key \((.+?)\)=\(/s.exec(detail) ?? [];
  if (/[^\p{L}\p{N}_$", ]/u.test(list.replaceAll(QUOTED, ''))) return [list]; // an expression
  return [...list.matchAll(/"(?:[^"]|"")+"|[^", ]+/g)].map(([name]) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  );
}

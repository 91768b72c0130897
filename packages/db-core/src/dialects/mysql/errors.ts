/** What MariaDB's and MySQL's error numbers mean. @see https://mariadb.com/kb/en/mariadb-error-code-reference/ */
import type { DatabaseError } from '../../errors/errors';
import type { DriverError, ErrorKind } from '../driver-error';
import { circumstancesOf, errorOf, textOf } from '../driver-error';
import { connectionLost } from '../network-error';

export const MYSQL_ERRORS: Readonly<Record<number, ErrorKind>> = {
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
  1264: 'data',
  1265: 'data',
  1292: 'data',
  1300: 'data',
  1366: 'data',
  1406: 'data',
  1690: 'data',
  3140: 'data',
  1644: 'database', // SIGNAL, with which triggers refuse
  1205: 'busy',
  1213: 'deadlock',
  1020: 'serialization',
  1317: 'cancelled',
  1969: 'timeout',
  3024: 'timeout',
  1040: 'unavailable',
  1045: 'unavailable',
  1129: 'unavailable',
  1130: 'unavailable',
  1203: 'unavailable',
  1226: 'unavailable',
  1053: 'gone',
  1158: 'gone',
  1159: 'gone',
  1160: 'gone',
  1161: 'gone',
  1927: 'gone',
  2006: 'gone',
  2013: 'gone',
  4031: 'gone',
  1836: 'read-only',
  1874: 'read-only',
  1021: 'not-ready', // no disk space
  1037: 'not-ready', // no memory
  1038: 'not-ready',
  1041: 'not-ready',
  1114: 'not-ready',
  1047: 'not-ready', // a node of a cluster without quorum
  1180: 'not-ready', // during COMMIT
  // TiDB: https://docs.pingcap.com/tidb/stable/error-codes
  8002: 'serialization', // SELECT FOR UPDATE cannot be tried again by the server
  8022: 'serialization', // at COMMIT, safe to try again
  9007: 'serialization', // another transaction wrote first
  8028: 'schema-changed',
  8501: 'gone', // whether the COMMIT took place is not known
  9001: 'not-ready',
  9002: 'not-ready',
  9003: 'not-ready',
  9005: 'not-ready',
};

/** Of sqlState's first two letters, where the number is not known. */
const CLASSES: Readonly<Record<string, ErrorKind>> = { '08': 'gone', '22': 'data' };

/** `--read-only` is one of several options that prevent a statement. */
const OPTION_PREVENTS = 1290;

const ERROR_DURING_COMMIT = 1180;

/** Where the server itself does not know whether the statement took place. */
const UNKNOWN = new Set([ERROR_DURING_COMMIT, 8501]);

/** Answers to COMMIT, after which it may have taken place: a cluster has lost its quorum meanwhile. */
export const UNKNOWN_AT_COMMIT: ReadonlySet<number> = new Set([1047, ERROR_DURING_COMMIT]);

const LOST = new Set(['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR']);
/** What it says to a command that comes later still, without a code. */
const CLOSED = /^Can't add new command when connection is in closed state$/;

export function readMysqlError(error: DriverError): DatabaseError | undefined {
  const { errno, sqlState, code } = error;
  if (LOST.has(code ?? '') || (circumstancesOf(error) && CLOSED.test(textOf(error))))
    return connectionLost(error);
  if (typeof errno !== 'number' || errno < 1000) return undefined;
  if (sqlState === undefined && !code?.startsWith('ER_')) return undefined;
  const message = error.sqlMessage ?? textOf(error);
  const kind = isReadOnlyServer(error)
    ? 'read-only'
    : (MYSQL_ERRORS[errno] ?? CLASSES[sqlState?.slice(0, 2) ?? ''] ?? 'programming');
  return errorOf(kind, error, message, {
    ...violated(message),
    ...learnt(error),
    ...(UNKNOWN.has(errno) && { outcomeUnknown: true }),
  });
}

export function isReadOnlyServer({
  errno,
  message,
}: {
  errno?: number | undefined;
  message: string;
}): boolean {
  return errno === OPTION_PREVENTS
    ? /read[-_ ]only/i.test(message)
    : MYSQL_ERRORS[errno ?? 0] === 'read-only';
}

/** The key that a duplicate was found by: "Duplicate entry 'x' for key 'name'" (MySQL: 'users.name'). */
export function keyOf(message: string): { table: string | undefined; key: string } | undefined {
  const [, name] = /^.* for key '(.+)'$/s.exec(message) ?? [];
  if (name === undefined) return undefined;
  const [, table, key = name] = /^([^.]+)\.(.+)$/.exec(name) ?? [];
  return { table, key };
}

function violated(message: string): {
  constraint?: string | undefined;
  table?: string | undefined;
  columns: readonly string[];
} {
  const duplicate = keyOf(message);
  if (duplicate) return { constraint: duplicate.key, table: duplicate.table, columns: [] };
  const [, missing] = /^(?:Column|Field) '(.+?)' /.exec(message) ?? [];
  if (missing !== undefined) return { columns: [missing] };
  // "… a foreign key constraint fails (`shop`.`posts`, CONSTRAINT `posts_user` FOREIGN KEY (`user_id`) REFERENCES …)"
  // "CONSTRAINT `positive` failed for `shop`.`items`", "Check constraint 'positive' is violated."
  const [, constraint] = /constraint [`'](.+?)[`']/i.exec(message) ?? [];
  const [, table] = /[(\s]`[^`]+`\.`(.+?)`/.exec(message) ?? [];
  const [, list = ''] = /FOREIGN KEY \((.+?)\) REFERENCES/.exec(message) ?? [];
  return {
    constraint,
    table,
    columns: [...list.matchAll(/`(.+?)`/g)].map(([, name]) => name ?? ''),
  };
}

/** What the connection has asked the server for. */
function learnt(error: DriverError): { table?: string; columns?: readonly string[] } {
  const { table, columns } = circumstancesOf(error) ?? {};
  return { ...(table !== undefined && { table }), ...(columns && { columns }) };
}

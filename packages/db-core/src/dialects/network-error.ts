/** Errors of sockets: either no connection could be made, or one broke while it was used. */
import type { DriverError } from './driver-error';
import type { DatabaseError } from '../errors/errors';
import { circumstancesOf, errorOf, UNKNOWN_OUTCOME } from './driver-error';

/** Codes that only making a connection gives. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES', 'ENOENT']);
/** Codes that an open socket gives as well: which of the two, `syscall` says. */
const BROKEN = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTCONN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

export function readNetworkError(error: DriverError): DatabaseError | undefined {
  if (!circumstancesOf(error)) return undefined;
  const { code = '', syscall } = error;
  if (UNREACHABLE.has(code) || (BROKEN.has(code) && syscall === 'connect'))
    return errorOf('unavailable', error, 'The database cannot be reached');
  return BROKEN.has(code) ? connectionLost(error) : undefined;
}

export function connectionLost(error: DriverError): DatabaseError {
  const unknown = circumstancesOf(error)?.outcomeUnknown ? `. ${UNKNOWN_OUTCOME}` : '';
  return errorOf('gone', error, `The connection to the database was lost${unknown}`);
}

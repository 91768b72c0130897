/** Errors as `sqlite3` makes them: the short code, its number, and the code before the message. */
import { CONSTANTS } from './constants';

type Code = keyof typeof CONSTANTS;

/** `SQLITE_CONSTRAINT: UNIQUE constraint failed: users.name`, code `SQLITE_CONSTRAINT`, errno 19. */
export class Sqlite3Error extends Error {
  readonly code: string;
  readonly errno: number;

  constructor(code: Code, message: string, cause?: Error) {
    super(`SQLITE_${code}: ${message}`, { cause });
    this.name = 'Error';
    this.code = `SQLITE_${code}`;
    this.errno = CONSTANTS[code];
  }
}

/** What better-sqlite3 has thrown, with that as `cause`; every other error as it is. */
export function toSqlite3Error(error: Error): Error {
  if (error instanceof Sqlite3Error) return error;
  const code = 'code' in error ? /^SQLITE_([A-Z]+)/.exec(String(error.code))?.[1] : undefined;
  return code && code in CONSTANTS ? new Sqlite3Error(code as Code, error.message, error) : error;
}

/** What the readers of drivers' errors share: one table of codes for each database says of which kind an error is. */
import type { IntegrityDetails, IntegrityKind, OperationalReason } from '../errors/errors';
import {
  DatabaseError,
  DataError,
  IntegrityError,
  OperationalError,
  ProgrammingError,
} from '../errors/errors';

/** The fields by which `pg`, `mysql2` and `better-sqlite3` (and `sqlite3`) describe an error. */
export interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
  readonly sqlMessage?: string;
  readonly severity?: string;
  readonly syscall?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly detail?: string;
}

/** The error of our tree for a driver's; undefined for one of another driver. */
export type ErrorReader = (error: DriverError) => DatabaseError | undefined;

/** What an error becomes: the kind of an IntegrityError, the reason of an OperationalError, or another class. */
export type ErrorKind = IntegrityKind | OperationalReason | 'data' | 'programming' | 'database';

const INTEGRITY: Readonly<Record<IntegrityKind, true>> = {
  unique: true,
  'foreign-key': true,
  'not-null': true,
  check: true,
};

/** What the connection that an error was thrown on knows of it, beyond what the error says. */
export interface Circumstances {
  /** As the driver worded it: Knex writes the statement and its values in front of that. */
  readonly message: string;
  /** The statement may have been carried out, and its answer was lost. */
  readonly outcomeUnknown?: boolean;
  /** Nobody asked for a transaction that only reads: the server takes no writes. */
  readonly readOnlyServer?: boolean;
  /** A statement that the engine had prepared was not there, or another was: nothing was done. */
  readonly nameLost?: boolean;
  /** Of a violated key. */
  readonly table?: string;
  readonly columns?: readonly string[];
}

const CIRCUMSTANCES = Symbol('quartet.circumstances');

/** Called by the connection that an error was thrown on; a broken socket alone does not say that it was the database's. */
export function noteCircumstances(error: unknown, more: Partial<Circumstances> = {}): void {
  if (!isErrorLike(error) || !Object.isExtensible(error)) return;
  const value = { message: error.message, ...circumstancesOf(error), ...more };
  Object.defineProperty(error, CIRCUMSTANCES, { value, configurable: true });
}

/** Whether the server has said it, so that its connection was there when it did. A pooler says of a lost one that it is lost (08…). */
export function isAnswer(error: unknown): boolean {
  const { severity, sqlState, code = '' } = (error ?? {}) as Partial<DriverError>;
  return (severity !== undefined && !code.startsWith('08')) || sqlState !== undefined;
}

/** `error`, of a statement that may have been carried out. */
export function withUnknownOutcome(error: unknown): unknown {
  if (!(error instanceof OperationalError)) {
    noteCircumstances(error, { outcomeUnknown: true });
    return error;
  }
  const { message, reason } = error;
  return new OperationalError(`${message} ${UNKNOWN_OUTCOME}`, {
    reason,
    outcomeUnknown: true,
    cause: error,
  });
}

export const UNKNOWN_OUTCOME =
  'Whether the statement was carried out is not known until the data is read again.';

/** Undefined where it was not thrown on a connection of an engine. */
export function circumstancesOf(error: object): Circumstances | undefined {
  return (error as { readonly [CIRCUMSTANCES]?: Circumstances })[CIRCUMSTANCES];
}

/** What the driver said. */
export function textOf(error: DriverError): string {
  return circumstancesOf(error)?.message ?? error.message;
}

/** Not `instanceof`: drivers may make their errors in another realm than ours (native modules, test runners). */
export function isErrorLike(value: unknown): value is DriverError {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { message?: unknown }).message === 'string'
  );
}

export interface KnownDetails extends Omit<IntegrityDetails, 'kind' | 'cause'> {
  /** Where the server itself does not know. */
  readonly outcomeUnknown?: boolean;
}

/** @param known of a violated constraint, or of the outcome, whichever the kind has */
export function errorOf(
  kind: ErrorKind,
  cause: DriverError,
  message: string,
  known: KnownDetails = {},
): DatabaseError {
  if (kind === 'data') return new DataError(message, { cause });
  if (kind === 'programming') return new ProgrammingError(message, { cause });
  if (kind === 'database') return new DatabaseError(message, { cause });
  if (isIntegrity(kind)) return new IntegrityError(message, { ...known, cause, kind });
  const outcomeUnknown = known.outcomeUnknown ?? circumstancesOf(cause)?.outcomeUnknown ?? false;
  return new OperationalError(message, { cause, reason: kind, outcomeUnknown });
}

function isIntegrity(kind: ErrorKind): kind is IntegrityKind {
  return Object.hasOwn(INTEGRITY, kind);
}

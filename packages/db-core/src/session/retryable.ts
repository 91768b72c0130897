/**
 * Runs a unit of work again when the database undid it for reasons of its own: a serialization failure
 * (40001), a deadlock (40P01, 1213), a lock that was not given in time (1205, SQLITE_BUSY).
 *
 * @see https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BeginOptions } from '../sql/transaction-options';
import type { ScopedSession } from './scoped-session';
import {
  ArgumentError,
  InvalidRequestError,
  OperationalError,
  PendingRollbackError,
  RetryExhaustedError,
} from '../errors/errors';
import { BEGIN_OPTIONS } from '../sql/transaction-options';
import { assertKnownOptions } from '../errors/unknown-option';
import { translateError } from '../dialects/translate-error';

export interface RetryOptions extends BeginOptions {
  /** How often the work is tried in all. Default 5. */
  readonly attempts?: number;
  /** The longest wait before the second attempt; it doubles with each further one. Default 10. */
  readonly minDelayMs?: number;
  /** No wait is longer. Default 1000. */
  readonly maxDelayMs?: number;
  /**
   * Run again also when the connection was lost during COMMIT, so that it is not known whether it took place.
   * Only for work that may be done twice. Default false.
   */
  readonly retryUnknownOutcome?: boolean;
  /** Called with each failure that another attempt will follow, counted from 1. */
  readonly onRetry?: (error: OperationalError, attempt: number) => void;
}

const RETRY_OPTIONS: Readonly<Record<keyof RetryOptions, true>> = {
  ...BEGIN_OPTIONS,
  attempts: true,
  minDelayMs: true,
  maxDelayMs: true,
  retryUnknownOutcome: true,
  onRetry: true,
};

/**
 * Runs `fn` in a transaction of the current session and commits it; on a conflict rolls back, waits a random
 * while and runs it again from the start. `fn` must not have effects outside the database, and reads what it
 * needs inside.
 *
 * @throws RetryExhaustedError after the last attempt, with what happened at each; any other error at once.
 * @throws InvalidRequestError inside a transaction: only a whole unit of work can be run again.
 * @example
 * await retryable(Session, async () => {
 *   const account = await Account.query.get(1);
 *   account.balance -= 10;
 *   Session.add(account);
 * }, { isolationLevel: 'SERIALIZABLE' });
 */
export async function retryable<T>(
  Session: ScopedSession,
  fn: () => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  assertKnownOptions('option of retryable()', options, RETRY_OPTIONS);
  const {
    attempts = 5,
    minDelayMs = 10,
    maxDelayMs = 1000,
    retryUnknownOutcome = false,
    onRetry,
    ...transaction
  } = options;
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new ArgumentError(`attempts must be a whole number above 0, not ${attempts}.`);
  const session = Session();
  if (session.inTransaction() || session.hasUncommittedWrites) {
    throw new InvalidRequestError(
      'retryable() cannot run inside a transaction, because what came before it could not be run again: call it first, or commit before.',
    );
  }
  const failures: OperationalError[] = [];
  for (;;) {
    try {
      return await session.begin(fn, transaction);
    } catch (thrown) {
      const error = originOf(translateError(thrown));
      if (
        !(error instanceof OperationalError) ||
        !(error.retryable || (retryUnknownOutcome && error.outcomeUnknown))
      )
        throw thrown;
      failures.push(error);
      if (failures.length === attempts) throw new RetryExhaustedError(failures);
      onRetry?.(error, failures.length);
    }
    // Full jitter: those who collided do not meet again at the same instant.
    await sleep(Math.random() * Math.min(maxDelayMs, minDelayMs * 2 ** (failures.length - 1)));
  }
}

/** What ended the transaction, also where `fn` has caught that and went on. */
function originOf(error: unknown): unknown {
  return error instanceof PendingRollbackError ? error.cause : error;
}

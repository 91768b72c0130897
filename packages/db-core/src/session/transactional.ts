/**
 * The seven well-known ways in which a function can relate to the transaction of its caller.
 *
 * @see https://docs.spring.io/spring-framework/reference/data-access/transaction/declarative/tx-propagation.html
 */
import type { BeginOptions } from '../sql/transaction-options';
import type { ScopedSession } from './scoped-session';
import { ArgumentError, InvalidRequestError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { BEGIN_OPTIONS } from '../sql/transaction-options';

/**
 * - `REQUIRED` (default): in the caller's transaction, or in one of its own.
 * - `REQUIRES_NEW`: in one of its own on a second connection, independent of the caller's.
 * - `NESTED`: in a savepoint of the caller's transaction, or in one of its own.
 * - `MANDATORY`: in the caller's; without one, an error.
 * - `SUPPORTS`: in the caller's, or in none.
 * - `NOT_SUPPORTED`: in none, on a second connection while the caller's waits.
 * - `NEVER`: in none; where the caller has one, an error.
 */
export type Propagation = (typeof PROPAGATIONS)[number];

const PROPAGATIONS = [
  'REQUIRED',
  'REQUIRES_NEW',
  'NESTED',
  'MANDATORY',
  'SUPPORTS',
  'NOT_SUPPORTED',
  'NEVER',
] as const;

export interface TransactionalOptions extends BeginOptions {
  readonly propagation?: Propagation;
}

/**
 * Runs `fn` with the given relation to the transaction of the current session. A transaction that begins
 * here is committed when `fn` resolves and rolled back when it rejects; one that was there before is left to
 * the code that began it. Isolation level and access mode are for a transaction that begins here.
 *
 * @throws InvalidRequestError when the caller's state does not fit the mode, or when a second connection is
 *   needed while this session holds one and the pool has none left: waiting for it would never end.
 * @example
 * await transactional(Session, () => writeAuditTrail(order), { propagation: 'REQUIRES_NEW' });
 */
export async function transactional<T>(
  Session: ScopedSession,
  fn: () => Promise<T>,
  given: TransactionalOptions = {},
): Promise<T> {
  assertKnownOptions('option of transactional()', given, { ...BEGIN_OPTIONS, propagation: true });
  const { propagation = 'REQUIRED', ...options } = given;
  const session = Session();
  const within = session.inTransaction();
  switch (propagation) {
    case 'MANDATORY':
      if (!within)
        throw new InvalidRequestError(
          'MANDATORY needs a transaction of the caller, and none is under way: call this inside Session.begin(...) or transactional(...).',
        );
      return fn();
    case 'NEVER':
      if (within)
        throw new InvalidRequestError(
          'NEVER must not run in a transaction, but one is under way: commit or roll back first.',
        );
      return fn();
    case 'SUPPORTS':
      return fn();
    case 'REQUIRED':
      return within ? fn() : session.begin(fn, options);
    case 'NESTED':
      return within ? session.beginNested(fn) : session.begin(fn, options);
    case 'REQUIRES_NEW':
      return onSecondConnection(
        Session,
        (own) => own.begin(fn, options),
        options.readOnly !== true,
      );
    case 'NOT_SUPPORTED':
      return within
        ? onSecondConnection(Session, (own) => own.run(fn), true, { autocommit: true })
        : fn();
    default:
      throw new ArgumentError(
        `propagation must be one of ${PROPAGATIONS.join(', ')}, not ${String(propagation)}.`,
      );
  }
}

/** Runs `fn` with a session of its own beside the current one. */
async function onSecondConnection<T>(
  Session: ScopedSession,
  fn: (own: ReturnType<ScopedSession>) => Promise<T>,
  mayWrite: boolean,
  options = {},
): Promise<T> {
  const session = Session();
  for (const engine of session.engines) {
    if (session.connection(engine).isCheckedOut && engine.exhausted) {
      throw new InvalidRequestError(
        `A second connection is needed while this session holds one, and none of the pool's ${engine.status().max} is left: ` +
          'if every request did the same, all would wait for each other. Raise poolSize, or commit before.',
      );
    }
    if (mayWrite && engine.dialect.singleWriter && session.hasUncommittedWrites) {
      throw new InvalidRequestError(
        'SQLite has one writer, and this session is it until it commits: a second transaction that may write would wait for it for ever. ' +
          "Commit before, or use propagation 'NESTED' or readOnly: true.",
      );
    }
  }
  const own = Session.factory(options);
  try {
    return await own.run(() => fn(own));
  } finally {
    await own.close();
  }
}

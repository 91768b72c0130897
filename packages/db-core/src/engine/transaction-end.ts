/** COMMIT and ROLLBACK on the server, and what an answer that fails, or does not come, says of the transaction. */
import type { DriverConnection } from '../dialects/driver-connection';
import type { TransactionHost } from './transaction-host';
import { noteCircumstances } from '../dialects/driver-error';
import { translateError } from '../dialects/translate-error';
import { OperationalError } from '../errors/errors';

/**
 * Where COMMIT fails, everything is rolled back.
 *
 * @param wrote whether there is something that later reads have to see
 * @throws OperationalError with `outcomeUnknown` where the connection was lost before the answer.
 */
export function commitOn(
  driver: DriverConnection,
  host: TransactionHost,
  wrote: boolean,
): Promise<void> | undefined {
  const startedAt = performance.now();
  const done = (): void => {
    driver.transactionEnded();
    host.notify('commit', { durationMs: performance.now() - startedAt });
  };
  const causality = wrote ? host.causality : undefined;
  try {
    const committing = driver.commit(causality && ((position) => causality.committed(position)));
    if (committing)
      return committing.then(done, (error: unknown) => {
        causality?.committed(undefined); // it may have taken place
        return notCommitted(driver, host, error);
      });
  } catch (error) {
    return notCommitted(driver, host, error);
  }
  done();
  return undefined;
}

async function notCommitted(
  driver: DriverConnection,
  host: TransactionHost,
  error: unknown,
): Promise<never> {
  noteCircumstances(error);
  driver.noteError(error);
  const failure = refusalOf(error, driver.alive);
  await rollBackOn(driver, host, failure); // SQLite keeps the transaction open when COMMIT fails
  throw failure;
}

function refusalOf(error: unknown, alive: boolean): unknown {
  const translated = translateError(error);
  if (!(translated instanceof OperationalError) || translated.outcomeUnknown || alive)
    return translated;
  return new OperationalError(
    'The connection was lost during COMMIT: whether the transaction took place is unknown until the data is read again.',
    { reason: 'gone', outcomeUnknown: true, cause: error },
  );
}

/**
 * Never rejects: a connection on which ROLLBACK fails is not used again, which undoes as much.
 *
 * @param error what COMMIT has failed with, if that is why.
 */
export function rollBackOn(
  driver: DriverConnection,
  host: TransactionHost,
  error?: unknown,
): Promise<void> | undefined {
  const startedAt = performance.now();
  const done = (): void => {
    driver.transactionEnded();
    host.notify('rollback', { durationMs: performance.now() - startedAt, error });
  };
  const failed = (): void => {
    host.markBroken();
    done();
  };
  if (driver.alive && driver.inTransaction !== false)
    try {
      const rolling = driver.rollback();
      if (rolling) return rolling.then(done, failed);
    } catch {
      failed();
      return undefined;
    }
  done();
  return undefined;
}

/** Why the transaction on `driver` is lost after a statement that failed; undefined where it is not. */
export function lossOn(driver: DriverConnection): string | undefined {
  if (!driver.alive)
    return 'The connection to the database broke in the middle of this transaction.';
  if (driver.committedBeforeFailure)
    return 'A statement failed before which the database commits by itself: what this transaction had done until then is kept.';
  if (driver.inTransaction === false)
    return 'The database rolled this transaction back as a whole.';
  return undefined;
}

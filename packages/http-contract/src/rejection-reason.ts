/** Why a row of an import was refused, in words that are the same for every style and database. */
import { IntegrityError, translateError } from '@quartet/db-core';

/**
 * The text for a row that violated a constraint. Which of two taken values a database names differs, so
 * the text names neither.
 *
 * @throws the error itself when it is not the row's fault: the whole import then fails and is undone
 *
 * @example
 * try {
 *   await Session.beginNested(() => User.create(row));
 * } catch (error) {
 *   rejected.push({ index, reason: rejectionReason(error) });
 * }
 */
export function rejectionReason(error: unknown): string {
  const translated = translateError(error);
  if (translated instanceof IntegrityError && translated.kind === 'unique') {
    return 'The name or the e-mail is already taken.';
  }
  throw error;
}

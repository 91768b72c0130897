/** Why a row of an import was refused, in words that are the same for every style and database. */
import { problemTypes } from '@quartet/express-service';
import { errorToProblem } from './error-to-problem';

/**
 * The text for a row that violated a unique constraint.
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
  const problem = errorToProblem(error);
  if (problem.type === problemTypes.duplicate) return problem.message;
  throw error;
}

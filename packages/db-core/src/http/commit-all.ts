/** The commit before an answer. */
import { InvalidRequestError } from '../errors/errors';
import { asSession } from '../session/current';
import type { Scope } from '../session/scope';
import { enterScope } from '../session/scope';
import type { Session } from '../session/session';

/** Commits the sessions of `scope`, one after the other; undefined where there is nothing to commit. */
export function commitAll(scope: Scope): Promise<void> | undefined {
  const due = scope.resources.flatMap((resource) => {
    const session = asSession(resource);
    return session && hasToCommit(session) ? [session] : [];
  });
  if (due.length === 0) return undefined;
  return enterScope(scope, async () => {
    for (const session of due) {
      if (session.isStreaming) throw streamAfterWrite();
      await session.commit();
    }
  });
}

/** A stream that only reads goes out while its transaction is open. */
function hasToCommit(session: Session): boolean {
  return session.hasUncommittedWrites || (session.inTransaction() && !session.isStreaming);
}

function streamAfterWrite(): InvalidRequestError {
  return new InvalidRequestError(
    'This answer is a stream of rows, read in a transaction that has written, or may have: it cannot be committed before the first ' +
      "byte. Commit before the stream begins, or let the route commit by itself: mode 'manual'.",
  );
}

/**
 * Which scope a session works for. Two requests that share one session commit and undo each other's work without a word, so
 * a second one is refused while the first has work in it.
 *
 * SQLAlchemy notices the same mistake in threads: "This session is provisioning a new connection; concurrent operations are
 * not permitted".
 */
import type { Scope } from './scope';
import { InvalidRequestError } from '../errors/errors';
import { currentScope } from './scope';

/** The session, as far as this needs it. */
export interface UsedSession {
  /** Whether a transaction or a step of it is under way, or something was added. */
  readonly isAtWork: boolean;
  readonly hasUncommittedWrites: boolean;
}

export class SessionUse {
  readonly #session: UsedSession;
  /** The outermost of the scopes that it was used in. */
  #scope: Scope | undefined;
  #isHeld = false;

  constructor(session: UsedSession) {
    this.#session = session;
  }

  /** From now on it works for `scope` alone, which ends it. */
  holdIn(scope: Scope): void {
    this.#scope = scope;
    this.#isHeld = true;
  }

  /**
   * Code outside every scope is let in: nothing tells one caller from another there.
   *
   * @param undoes whether the call rolls back, which also clears what an ended scope has left.
   * @throws InvalidRequestError while it works for another scope.
   */
  assertHere(undoes = false): void {
    const here = currentScope()?.outermost;
    const there = this.#scope;
    if (here === there || here === undefined) return;
    if (there !== undefined) {
      if (this.#isHeld || (!there.closed && this.#session.isAtWork))
        throw new InvalidRequestError(IN_TWO_SCOPES);
      if (there.closed && this.#session.hasUncommittedWrites && !undoes)
        throw new InvalidRequestError(LEFT_OVER);
    }
    this.#scope = here;
  }
}

const CURE =
  'A session is for one request: use the registry, scopedSession(sessionmaker({ bind: engine })), whose calls mean another session in ' +
  'each scope, and keep no session in a variable of a module.';
const IN_TWO_SCOPES = `This session works for another scope (another request, or another runInScope): each would commit and undo the other's work. ${CURE}`;
const LEFT_OVER = `This session holds work that a scope which has ended did not commit: await session.rollback() first. ${CURE}`;

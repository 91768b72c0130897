/**
 * The steps of a session that take several statements: a flush, a commit, a rollback. They come one after the other,
 * also where the code calls them side by side, so that none is cut in two.
 *
 * A flush runs code of libraries, whose hooks may use the session: they are distinguished from other callers by the scope that
 * the flush runs in, and do not wait for it.
 */
import type { Scope } from './scope';
import { InvalidRequestError } from '../errors/errors';
import { currentScope, enterScope } from './scope';

interface Step {
  /** The scope that a flush runs in. */
  readonly scope: Scope | undefined;
  /** Called when it is over. */
  readonly waiting: (() => void)[];
}

export class Steps {
  #current: Step | undefined;

  /** Whether one is under way. */
  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  get isFlushing(): boolean {
    return this.#current?.scope !== undefined;
  }

  /** Runs `step`, in `scope` if given, once every other is over; at once within a flush. */
  async run<T>(step: () => Promise<T>, scope?: Scope): Promise<T> {
    while (this.#current && !this.#isWithin) await over(this.#current);
    if (this.#current) return step();
    const current: Step = { scope, waiting: [] };
    this.#current = current;
    try {
      return await (scope ? enterScope(scope, step) : step());
    } finally {
      this.#current = undefined;
      for (const proceed of current.waiting) proceed();
    }
  }

  /** Resolves when no flush is under way, at once within one. */
  async flushed(): Promise<void> {
    while (this.#current && this.isFlushing && !this.#isWithin) await over(this.#current);
  }

  /** @throws InvalidRequestError where code that a flush runs makes the `call`. */
  assertOutside(call: string): void {
    if (!this.#isWithin) return;
    throw new InvalidRequestError(
      `${call} was called during a flush of this session, by a hook of a library or of the mapper: the rest of the flush would be in another transaction. ` +
        'Throw in the hook to make the flush fail, or call it after the flush.',
    );
  }

  get #isWithin(): boolean {
    const scope = this.#current?.scope;
    return scope !== undefined && (currentScope()?.isWithin(scope) ?? false);
  }
}

function over({ waiting }: Step): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve));
}

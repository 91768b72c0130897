/**
 * In which nested transactions the running code is. `beginNested(fn)` is lexical: what `fn` calls, through any library, is
 * inside it, and what runs beside it is not.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { InvalidRequestError } from '../errors/errors';

/** One call of `beginNested`. */
export interface Nesting {
  /** The connection or the session that it was begun on. */
  readonly on: object;
  /** The call around it on the same. */
  readonly outer: Nesting | undefined;
  /** The call around it on whichever connection or session. */
  readonly around: Nesting | undefined;
  /** Once it has failed, what its code still calls must not run: nothing would undo it. */
  state: 'open' | 'kept' | 'failed';
}

const storage = new AsyncLocalStorage<Nesting>();

/** The innermost nested transaction on `on` that the caller runs in. */
export function nestingOn(on: object): Nesting | undefined {
  let nesting = storage.getStore();
  while (nesting && nesting.on !== on) nesting = nesting.around;
  return nesting;
}

/** A nested transaction on `on` that the caller is about to begin. */
export function newNesting(on: object): Nesting {
  return { on, outer: nestingOn(on), around: storage.getStore(), state: 'open' };
}

/** Runs `fn` inside `nesting`. */
export function runNested<T>(nesting: Nesting, fn: () => T): T {
  return storage.run(nesting, fn);
}

/** `nesting` and the calls around it on the same connection or session, from the inside out. */
export function* outwards(nesting: Nesting | undefined): Generator<Nesting> {
  for (let each = nesting; each; each = each.outer) yield each;
}

/** The innermost of them that is still open, or has failed: where what is done in `nesting` belongs. */
export function holderOf(nesting: Nesting | undefined): Nesting | undefined {
  for (const each of outwards(nesting)) if (each.state !== 'kept') return each;
  return undefined;
}

/** @throws InvalidRequestError where the caller runs in a nested transaction that has failed. */
export function assertNotFailed(nesting: Nesting | undefined): void {
  for (let each = nesting; each; each = each.outer) if (each.state === 'failed') throw undone();
}

export function undone(): InvalidRequestError {
  return new InvalidRequestError(
    'The nested transaction that this was called in was rolled back, and this would not be undone with it: ' +
      'await what is begun inside a nested transaction before it ends.',
  );
}

/**
 * In which nested transactions the running code is. `beginNested(fn)` is lexical: what `fn` calls, through any library, is
 * inside it, and what runs beside it is not.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Nesting {
  /** The connection that it was begun on. */
  readonly connection: object;
  /** The owner by which the connection knows it. */
  readonly owner: object;
  readonly outer: Nesting | undefined;
}

const storage = new AsyncLocalStorage<Nesting>();

/** The innermost nested transaction on `connection` that the caller runs in. */
export function nestingOn(connection: object): object | undefined {
  let nesting = storage.getStore();
  while (nesting && nesting.connection !== connection) nesting = nesting.outer;
  return nesting?.owner;
}

/** Runs `fn` inside the nested transaction of `owner`. */
export function runNested<T>(connection: object, owner: object, fn: () => T): T {
  return storage.run({ connection, owner, outer: storage.getStore() }, fn);
}

/** What the calls of a query take, as far as TypeScript can tell it. */
import type { Engine } from '../engine/engine';
import type { RequestedPage } from './pagination';

/** What a query asks of its session. */
export interface QuerySession {
  /** Runs a read: pending objects are flushed first, errors are translated. */
  load<T>(fn: () => Promise<T>): Promise<T>;
  /** Begins a transaction that may write, where none is open: for a database whose one writer at a time is its only lock. */
  beginWrite(engine: Engine): Promise<void>;
  /** The page and size that hold where `paginate()` is given none. */
  requestedPage?(): RequestedPage;
}

/** `name`, or `-name` for descending. */
export type Ordering<T> = (string & keyof T) | `-${string & keyof T}`;

/** Values by property; null means IS NULL, or sets it. */
export type Values<T> = { readonly [K in keyof T]?: T[K] | null };

/** What tells a function, a Map, a promise, a Date, a column and a RegExp from an object of conditions. */
interface NoCollection {
  readonly [Symbol.hasInstance]?: never;
  readonly [Symbol.toPrimitive]?: never;
  readonly [Symbol.toStringTag]?: never;
  readonly [Symbol.match]?: never;
}

/**
 * A condition in the library's own form: an object or a list of them, what one of its functions has made, or a callback
 * for a query builder. A callback that gives a boolean is none.
 */
export type LibraryCondition =
  | (NoCollection & { readonly [property: PropertyKey]: unknown })
  | (NoCollection & object)
  | { toSQL(): unknown }
  | ((builder: never) => object | void);

/** One nested transaction: whose it is, where it is on the server, and how two of them stand to each other. */
import type { SavepointOperation } from './events';
import type { Nesting } from './nesting';

/** Who asked for the savepoint: the library's own connection object, a `beginNested` call, or the session (undefined). */
export type SavepointOwner = object | undefined;

/** What is known of a call when it is made. */
export interface Caller {
  readonly owner: SavepointOwner;
  /** The `beginNested` call it runs in. */
  readonly nesting: Nesting | undefined;
  /** Its number on the connection's count of calls. */
  readonly asked: number;
}

export interface Savepoint {
  readonly owner: SavepointOwner;
  /** The library's own name for it; undefined for a nested BEGIN. */
  readonly label: string | undefined;
  readonly name: string;
  /** `waiting` for the first statement inside it, `sent`, or `begin` where the BEGIN serves as it. */
  state: 'waiting' | 'sent' | 'begin';
  /** The savepoint it is known to be inside of. */
  parent: Savepoint | undefined;
  /** Whether it was begun by `beginNested`, so that what is inside it is known. */
  readonly lexical: boolean;
  /** On the connection's count of calls, when its BEGIN was asked for and when it was answered. */
  readonly asked: number;
  answered: number;
  /** Whether something was written inside it. */
  wrote: boolean;
  /** Committed by its owner while a savepoint above it was still open. */
  merged: boolean;
  /** Whose writes it holds although they are not inside it; undefined for the session's own. */
  readonly foreign: Set<Savepoint | undefined>;
}

const WORDS: Readonly<Record<SavepointOperation, string>> = {
  savepoint: 'SAVEPOINT',
  release: 'RELEASE SAVEPOINT',
  'rollback-to': 'ROLLBACK TO SAVEPOINT',
};

export function savepointSql(op: SavepointOperation, name: string): string {
  return `${WORDS[op]} ${name}`;
}

/** The innermost `beginNested` that a library's savepoint was begun in. */
export function lexicalAround(savepoint: Savepoint): Savepoint | undefined {
  let around = savepoint.parent;
  while (around && !around.lexical) around = around.parent;
  return around;
}

/** Whether it is unknown if `inner` was begun inside the transaction that another library began as `outer`. */
export function mayHaveBegunInside(inner: Savepoint, outer: Savepoint): boolean {
  return (
    !outer.lexical &&
    outer.label === undefined &&
    outer.owner !== inner.owner &&
    inner.asked >= outer.answered &&
    lexicalAround(outer) === lexicalAround(inner)
  );
}

/** Whether `inner` is `outer` or known to be inside it. */
export function isInside(inner: Savepoint | undefined, outer: Savepoint): boolean {
  for (let each = inner; each; each = each.parent) if (each === outer) return true;
  return false;
}

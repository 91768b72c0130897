/** The stack of a caller, kept for a report that may never be made: it becomes text only then. */
const DEPTH = 40; // deep enough to reach a handler through an ORM

/** Call it before anything is awaited: then the stack is the caller's. */
export function callStack(): () => string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const at = new Error('called here');
  Error.stackTraceLimit = limit;
  return () => (at.stack ?? '').split('\n').slice(2).join('\n');
}

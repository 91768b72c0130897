/** The stack of a caller, and the place in the user's own code there that asked for a statement. */
import path from 'node:path';

/** Deep enough to get out of an ORM. */
const STACK_DEPTH = 60;
const FRAME = /at (?:async )?(?:(.+?) \()?(?:file:\/\/)?(.+?:\d+:\d+)\)?$/;
/** db-core's own code, and that of the bindings that are loaded. */
const libraries = new Set([path.dirname(__dirname) + path.sep]);

/**
 * For a package that binds a library: locations skip its code and name its caller's.
 *
 * @param folder where its code is: `__dirname` of its entry.
 */
export function skipInLocations(folder: string): void {
  libraries.add(folder + path.sep);
}

/** Call it before anything is awaited: then the stack is the caller's. It becomes text only when it is asked for. */
export function callStack(): () => string {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const at = new Error('called here');
  Error.stackTraceLimit = depth;
  return () => (at.stack ?? '').split('\n').slice(2).join('\n');
}

/** `file:line:column (function)`; undefined where the stack holds libraries alone. */
export function callerLocation(): string | undefined {
  return locationIn(callStack()());
}

/** The same for a stack that was kept. */
export function locationIn(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const [, name, place] = FRAME.exec(line) ?? [];
    if (place === undefined || !isOfUser(place)) continue;
    return name === undefined ? place : `${place} (${name})`;
  }
  return undefined;
}

/** The lines of a stack that are of the user's own code; all of them where none is. */
export function withoutLibraries(stack: string): string {
  const own = stack.split('\n').filter((line) => isOfUser(FRAME.exec(line)?.[2] ?? 'node:'));
  return own.length > 0 ? own.join('\n') : stack;
}

function isOfUser(place: string): boolean {
  if (place.startsWith('node:') || /[\\/]node_modules[\\/]/.test(place)) return false;
  for (const folder of libraries) if (place.startsWith(folder)) return false;
  return true;
}

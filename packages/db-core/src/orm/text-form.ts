/**
 * What an object says of itself is one thing, as `__repr__` is in the articles: `String(user)`, template strings, the REPL
 * and `console.log` say the same, whichever of the two forms its class defines.
 */
import { inspect } from 'node:util';

const ofLibraries = new WeakSet<object>([Object.prototype]);

/** For a package that binds a library: what this base class says of its objects is a default, which a model replaces as a whole. */
export function hasDefaultTextForm(base: { readonly prototype: object }): void {
  ofLibraries.add(base.prototype);
}

export function sayTheSame(prototype: object): void {
  const hasInspect = defines(prototype, inspect.custom);
  if (hasInspect === defines(prototype, 'toString')) return;
  const [name, value] = hasInspect
    ? ['toString', inspectIt]
    : ([inspect.custom, stringIt] as const);
  Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
}

function inspectIt(this: object): string {
  return inspect(this);
}

function stringIt(this: object): string {
  return String(this);
}

function defines(prototype: object, name: PropertyKey): boolean {
  let each: object | null = prototype;
  while (each && !ofLibraries.has(each)) {
    if (Object.hasOwn(each, name)) return true;
    each = Object.getPrototypeOf(each) as object | null;
  }
  return false;
}

/** Objects that hold values by name and are nothing else: not of a class, no list, no promise. */
export function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm: the prototype of all others has one above it.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

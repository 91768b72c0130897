/** Values of a row, remembered to see later whether an object has changed: also inside a Date, a Buffer or a JSON value. */
import { isDeepStrictEqual } from 'node:util';
import { isPlain } from '../sql/plain-object';

/** A copy that does not change with the value. Instances of other classes are not copied. */
export function snapshot(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(snapshot);
  if (!isPlain(value)) return value;
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as typeof value;
  for (const [key, item] of Object.entries(value)) copy[key] = snapshot(item);
  return copy;
}

/** Whether a value is as it was when the snapshot was taken. */
export function isUnchanged(value: unknown, taken: unknown): boolean {
  if (value === taken) return true;
  if (typeof value !== 'object' || typeof taken !== 'object') return false;
  if (value instanceof Date && taken instanceof Date) return Object.is(+value, +taken);
  if (value instanceof Uint8Array && taken instanceof Uint8Array)
    return Buffer.compare(value, taken) === 0;
  return isDeepStrictEqual(value, taken);
}

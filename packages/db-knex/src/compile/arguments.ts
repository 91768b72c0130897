/**
 * The arguments of a compiled query: their shape, which a statement is compiled for, and their values, which it is run
 * with. What SQL may say differently belongs to the shape: which keys there are, how long lists are, undefined, null, true, false.
 */
import { ArgumentError } from '@quartet/db-core';
import { isPlain } from '@quartet/db-core/binding';

export interface Arguments {
  readonly shape: string;
  /** In the order of {@link mapValues}. */
  readonly values: readonly unknown[];
}

/** @throws ArgumentError for what is no value. */
export function describe(args: object): Arguments {
  const values: unknown[] = [];
  return { shape: shapeOf(args, values, ''), values };
}

/** The same arguments with each value replaced. @param replace is given its place among the values, and its path. */
export function mapValues<T extends object>(
  args: T,
  replace: (index: number, path: string) => unknown,
): T {
  let index = 0;
  const map = (value: unknown, path: string): unknown => {
    if (isFixed(value)) return value;
    if (Array.isArray(value)) return value.map((item, i) => map(item, `${path}[${i}]`));
    if (!isPlain(value)) return replace(index++, path);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, map(item, path ? `${path}.${key}` : key)]),
    );
  };
  return map(args, '') as T;
}

/** Keys with their length before them: none of them can pass for something else. */
function shapeOf(value: unknown, values: unknown[], path: string): string {
  if (isFixed(value)) return FIXED.get(value) as string;
  if (Array.isArray(value)) {
    let shape = '[';
    for (const item of value as unknown[]) shape += shapeOf(item, values, path);
    return `${shape}]`;
  }
  if (isPlain(value)) {
    let shape = '{';
    for (const key of Object.keys(value))
      shape += `${key.length}:${key}${shapeOf(value[key], values, key)}`;
    return `${shape}}`;
  }
  assertValue(value, path);
  values.push(value);
  return '?';
}

const FIXED = new Map<unknown, string>([
  [undefined, 'u'],
  [null, 'n'],
  [true, 't'],
  [false, 'f'],
]);

function isFixed(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'boolean';
}

function assertValue(value: unknown, path: string): void {
  const isCode =
    typeof value === 'function' ||
    typeof value === 'symbol' ||
    typeof (value as { toSQL?: unknown }).toSQL === 'function';
  if (!isCode) return;
  throw new ArgumentError(
    `The argument '${path}' of a compiled query is no value that a database knows: builders, raw SQL and functions ` +
      'belong into the function that builds the query.',
  );
}

/** Parameters that are kept for EXPLAIN: small values that nobody changes afterwards. */

/** As a statement has them: by position or by name. */
type Params = readonly unknown[] | Readonly<Record<string, unknown>>;

const MOST_VALUES = 100;
const VALUE_BYTES = 2_000;

/** A copy and about how many bytes it takes; undefined where a value is too large, or no plain one. */
export function keptParams(
  params: unknown,
): { readonly params: Params; readonly bytes: number } | undefined {
  if (params === undefined || params === null) return { params: [], bytes: 0 };
  if (typeof params !== 'object') return undefined;
  const entries: [string, unknown][] = Object.entries(params);
  if (entries.length > MOST_VALUES || !entries.every(([, value]) => isSmall(value)))
    return undefined;
  const copies = entries.map(([name, value]) => [name, copyOf(value)] as const);
  return {
    params: Array.isArray(params) ? copies.map(([, value]) => value) : Object.fromEntries(copies),
    bytes: copies.reduce((sum, [, value]) => sum + sizeOf(value), 0),
  };
}

function isSmall(value: unknown): boolean {
  const isPlain = typeof value !== 'object' || value === null || value instanceof Date;
  return (isPlain || ArrayBuffer.isView(value)) && sizeOf(value) <= VALUE_BYTES;
}

function copyOf(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  return ArrayBuffer.isView(value)
    ? Buffer.from(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
    : value;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  return ArrayBuffer.isView(value) ? value.byteLength : 16;
}

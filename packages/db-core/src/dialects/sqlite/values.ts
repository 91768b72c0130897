/**
 * What a value of JavaScript is to SQLite, and the other way round, for every way a statement can come: the session's own
 * `execute`, the facades and the bindings.
 *
 * A whole number is bound as INTEGER, a boolean as 0 or 1, an instant as ISO 8601 text in UTC, bytes as BLOB. An INTEGER is
 * read as a number where that is exact, else as text.
 *
 * @see https://github.com/WiseLibs/better-sqlite3/blob/master/docs/integer.md
 */
import { isAnyArrayBuffer, isDate } from 'node:util/types';
import { ArgumentError } from '../../errors/errors';
import { assertSingleValue } from '../single-value';

/** Flags, limits and the like come often: one bigint for each, made once. */
const SMALL = Array.from({ length: 1024 }, (_, n) => BigInt(n));

export type SqliteValue = number | bigint | string | Uint8Array | null;

/**
 * @param parameter its name, or its place from 0, for the message.
 * @throws ArgumentError for what is not one value, and for a bigint that no INTEGER holds.
 */
export function toSqlite(value: unknown, parameter: string | number): SqliteValue {
  if (typeof value === 'string') return value;
  // The driver binds a number as REAL, which a text column stores as '20095.0'.
  if (typeof value === 'number' && Number.isSafeInteger(value))
    return SMALL[value] ?? BigInt(value);
  if (value === null || value === undefined) return null;
  assertSingleValue(value, parameter);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) === value) return value;
    throw new ArgumentError(`SQLite has no integer as large as ${value}: its own end at 2^63 - 1.`);
  }
  if (isDate(value)) return value.toISOString();
  if (isAnyArrayBuffer(value)) return new Uint8Array(value);
  const { buffer, byteOffset, byteLength } = value as NodeJS.ArrayBufferView;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** An INTEGER beyond 2^53 as text, since a number would round it: as MariaDB's driver reads it. */
export function fromSqlite(integer: bigint): number | string {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : String(integer);
}

/** What a value of JavaScript is to MariaDB: mysql2 writes values into the text, where anything but one value would become SQL. */
import { isAnyArrayBuffer } from 'node:util/types';
import { ArgumentError } from '../../errors/errors';
import { assertSingleValue } from '../single-value';

/** How the engine's connections write times and read large numbers. */
export const VALUES = { timezone: 'Z', supportBigNumbers: true, bigNumberStrings: false } as const;

/**
 * @param parameter its place from 0, for the message.
 * @throws ArgumentError for what is not one value, and for an infinite number.
 */
export function toMysql(value: unknown, parameter: number): unknown {
  assertSingleValue(value, parameter);
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new ArgumentError(
      `The value for parameter number ${parameter + 1} is ${value}, which MariaDB has no value for: pass null to store NULL.`,
    );
  if (isAnyArrayBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

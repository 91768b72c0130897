/**
 * Which values of JavaScript are one value to a database that has no arrays: what a driver makes of the others differs
 * (a list, several parameters, SQL of its own), and none of it was meant.
 */
import { isAnyArrayBuffer, isDate } from 'node:util/types';
import { ArgumentError } from '../errors/errors';

/**
 * @param parameter its name, or its place from 0, for the message.
 * @throws ArgumentError for an array, an object that is no Date and no bytes, a function, a symbol, NaN, an invalid Date,
 *   and a bigint of more than 64 bits.
 */
export function assertSingleValue(value: unknown, parameter: string | number): void {
  const what = refusal(value);
  if (what === undefined) return;
  const which = typeof parameter === 'number' ? `number ${parameter + 1}` : `'${parameter}'`;
  throw new ArgumentError(
    `The value for parameter ${which} is ${what}, which is not one value to the database. Pass a string, number, bigint, ` +
      'boolean, Date, Buffer or null; a list needs a parameter for each of its values, and JSON goes in as JSON.stringify(value).',
  );
}

function refusal(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isNaN(value) ? 'NaN' : undefined;
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 64n
        ? undefined
        : 'a bigint of more than 64 bits';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'object':
      return value === null ? undefined : objectRefusal(value);
    default:
      return undefined;
  }
}

function objectRefusal(value: object): string | undefined {
  if (isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : undefined;
  if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) return undefined;
  return Array.isArray(value) ? 'an array' : 'an object';
}

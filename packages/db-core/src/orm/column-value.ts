/**
 * Whether a value can be compared with a column. MariaDB compares a text with a number by what the text begins with
 * (`name = 0` holds for nearly every name), drivers spread arrays and objects into SQL, PostgreSQL refuses a type that does
 * not fit, and with it the whole transaction: what does not fit is refused before it is sent, on every database alike.
 */
import type { ColumnKind } from '../dialects/column-type';
import type { Asked } from './refusals';
import { ArgumentError } from '../errors/errors';
import { isPlain } from '../sql/plain-object';
import { columnTypeOf } from '../dialects/column-type';
import { noSuchColumn, wrongValue } from './refusals';

/** @throws ArgumentError where the class has no such column, or the value does not fit it. Null fits any. */
export function assertComparable(asked: Asked, property: string, value: unknown): void {
  const type = asked.columns.get(property);
  if (type === undefined) throw noSuchColumn(asked, property);
  if (value === null) return;
  if (value === undefined || !isValue(value))
    throw wrongValue(asked, property, value, 'a value, or null');
  const { kind, name, array } = columnTypeOf(type);
  const rule = array || name === 'tinyint' ? undefined : RULES[kind];
  if (rule && !rule.fits(value)) throw wrongValue(asked, property, value, rule.takes);
}

/** As `assertComparable`, for a value that is to be stored: a JSON column takes objects and lists. */
export function assertStorable(asked: Asked, property: string, value: unknown): void {
  const type = asked.columns.get(property);
  if (type === undefined) throw noSuchColumn(asked, property);
  const { kind, array } = columnTypeOf(type);
  const isFree = array || !(kind in RULES);
  if (!(isFree && (isPlain(value) || Array.isArray(value))))
    assertComparable(asked, property, value);
}

/** @throws ArgumentError unless it is a column of texts, as far as its type is known. */
export function assertText(asked: Asked, property: string): void {
  const type = asked.columns.get(property);
  if (type === undefined) throw noSuchColumn(asked, property);
  const { kind } = columnTypeOf(type);
  if (kind in RULES && kind !== 'text' && kind !== 'enum')
    throw new ArgumentError(
      `${asked.name}.${property} holds no texts: like() is for columns that do.`,
    );
}

/** Instances of classes may be values where the library converts them; collections and promises never are. */
function isValue(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol' || Number.isNaN(value)) return false;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value) || isPlain(value) || 'then' in value) return false;
  return value instanceof Uint8Array || !(Symbol.iterator in value);
}

interface Rule {
  readonly takes: string;
  fits(value: unknown): boolean;
}

const text: Rule = {
  takes: 'a text',
  fits: (value) => typeof value === 'string' || value instanceof Uint8Array,
};
const number: Rule = {
  takes: 'a number',
  fits: (value) =>
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    (typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)),
};
const instant: Rule = {
  takes: 'a Date',
  fits: (value) =>
    value instanceof Date
      ? !Number.isNaN(value.getTime())
      : typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

const RULES: Readonly<Partial<Record<ColumnKind, Rule>>> = {
  integer: number,
  bigint: number,
  decimal: number,
  float: number,
  boolean: {
    takes: 'true or false',
    fits: (value) => typeof value === 'boolean' || value === 0 || value === 1,
  },
  text,
  enum: text,
  uuid: text,
  instant,
  date: instant,
};

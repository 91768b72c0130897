/** What a column's type means, in words that are the same for all databases: for libraries that have types of their own. */
import type { ReflectedColumn } from './reflected-table';
import { keepAnswers } from '../sql/text-cache';

/** What kind of values a column holds, alike on every database. */
export type ColumnKind =
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'text'
  | 'instant'
  | 'date'
  | 'time'
  | 'json'
  | 'binary'
  | 'uuid'
  | 'enum'
  | 'other';

/** The type of a column, taken apart. */
export interface ColumnType {
  readonly kind: ColumnKind;
  /** The type's name alone: `varchar`, `timestamp with time zone`. */
  readonly name: string;
  /** What stands in parentheses: a length, or a precision and a scale. */
  readonly args: readonly number[];
  readonly unsigned: boolean;
  /** PostgreSQL's `integer[]`: kind and name are those of an element. */
  readonly array: boolean;
}

const KINDS: readonly (readonly [RegExp, ColumnKind])[] = [
  [/^(?:big ?int|int8|bigserial)$/, 'bigint'],
  [/^(?:tiny|small|medium)?int(?:eger)?$|^int[24]$|^(?:small)?serial$|^year$/, 'integer'],
  [/^bool(?:ean)?$/, 'boolean'],
  [/^(?:decimal|numeric|dec|money)$/, 'decimal'],
  [/^(?:real|float|double)(?: precision)?$/, 'float'],
  [/^(?:datetime|timestamp|timestamptz)(?: with(?:out)? time zone)?$/, 'instant'],
  [/^date$/, 'date'],
  [/^time(?:tz)?(?: with(?:out)? time zone)?$/, 'time'],
  [/^jsonb?$/, 'json'],
  [/^(?:tiny|medium|long)?blob$|^(?:var)?binary$|^bytea$/, 'binary'],
  [/^uuid$/, 'uuid'],
  [/^enum$/, 'enum'],
  [/char|text|clob|^name$|^string$/, 'text'],
];

/**
 * @example
 * columnType({ type: 'character varying(50)', … }); // { kind: 'text', name: 'character varying', args: [50], … }
 */
export function columnType({ type, values }: Pick<ReflectedColumn, 'type' | 'values'>): ColumnType {
  const array = type.endsWith('[]');
  const unsigned = /\bunsigned\b/.test(type);
  const [, inner = ''] = /\(([\d\s,]+)\)/.exec(type) ?? [];
  const args = inner === '' ? [] : inner.split(',').map(Number);
  const name = type
    .replace(/\([^]*?\)(?=$|[^'])/, '')
    .replace(/\b(?:unsigned|zerofill)\b/g, '')
    .replace('[]', '')
    .replace(/\s+/g, ' ')
    .trim();
  return { kind: kindOf(type, name, values), name, args, unsigned, array };
}

/** The same of a type's text alone, in any case. Conditions and keys ask for it with each value. */
export const columnTypeOf: (type: string) => ColumnType = keepAnswers((type) =>
  columnType({ type: type.toLowerCase(), values: null }),
);

function kindOf(type: string, name: string, values: readonly string[] | null): ColumnKind {
  if (values) return 'enum';
  if (type.startsWith('tinyint(1)')) return 'boolean'; // MariaDB has no other
  return KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}

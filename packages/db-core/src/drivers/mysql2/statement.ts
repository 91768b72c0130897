/**
 * What `mysql2` would make of a statement's values by the options of its connection. The engine's connections have their
 * own, so it is done here: named placeholders, the time zone of dates, `SET ?` with an object, decimals as numbers.
 */
import type { QueryOptions, TypeCastField, TypeCastNext } from 'mysql2';
import { VALUES } from '../../dialects/mysql/values';
import { type Mysql2Config, usualConfig } from './options';

export type Method = 'query' | 'execute';
type TypeCast = NonNullable<QueryOptions['typeCast']>;
type Format = typeof import('mysql2').format;

/** Options that go along with a statement. mysql2 reads all but `decimalNumbers` and `namedPlaceholders` from there. */
const PER_QUERY = [
  'typeCast',
  'timezone',
  'dateStrings',
  'supportBigNumbers',
  'bigNumberStrings',
  'rowsAsArray',
  'nestTables',
  'infileStreamFactory',
] as const satisfies readonly (keyof Mysql2Config)[];

/** @param given as the caller gave it: its own options come before those of the connection, read at this moment. */
export function toSend(
  method: Method,
  config: Mysql2Config,
  given: QueryOptions,
  resolveNamed: (options: QueryOptions) => void,
): QueryOptions {
  const options: QueryOptions & { decimalNumbers?: boolean } = { ...given };
  const usual = usualConfig();
  for (const key of PER_QUERY)
    if (config[key] !== usual[key] && !(key in given)) set(options, key, config[key]);
  if (given.namedPlaceholders ?? config.namedPlaceholders) {
    options.namedPlaceholders = true;
    resolveNamed(options);
    options.namedPlaceholders = false;
  }
  if (options.decimalNumbers ?? config.decimalNumbers)
    options.typeCast = decimalsAsNumbers(options.typeCast ?? true);
  const zone = options.timezone ?? VALUES.timezone;
  if (method === 'execute') {
    if (zone !== VALUES.timezone && Array.isArray(options.values))
      options.values = options.values.map((value) => dateIn(zone, value));
    return options;
  }
  if (options.values !== undefined)
    options.sql = textOf(options.sql, options.values, config.stringifyObjects ?? false, zone);
  options.values = undefined;
  return options;
}

function set<Key extends keyof Mysql2Config>(
  options: Pick<Mysql2Config, Key>,
  key: Key,
  value: Mysql2Config[Key],
): void {
  options[key] = value;
}

/** As mysql2 writes it. An object becomes assignments where the text says `SET ?`, and one value everywhere else. */
export function textOf(sql: string, values: unknown, stringify: boolean, zone: string): string {
  const { format, expandsAfterSetOnly } = (escaping ??= loadEscaping());
  return format(sql, values as never, stringify || !expandsAfterSetOnly, zone);
}

interface Escaping {
  readonly format: Format;
  /** False for older versions, which wrote the fields of an object wherever it stood. */
  readonly expandsAfterSetOnly: boolean;
}

let escaping: Escaping | undefined;

function loadEscaping(): Escaping {
  const { format } = require('mysql2') as { format: Format };
  const value = [{ a: 1 }];
  const expandsAfterSetOnly = format('where ?', value, false) === format('where ?', value, true);
  return { format, expandsAfterSetOnly };
}

function dateIn(zone: string, value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  return textOf('?', [value], true, zone).slice(1, -1);
}

function decimalsAsNumbers(typeCast: TypeCast): TypeCast {
  if (typeCast === false) return false;
  const cast = (field: TypeCastField, next: TypeCastNext): unknown => {
    if (!field.type.endsWith('DECIMAL')) return next();
    const text = field.string();
    return text === null ? null : Number(text);
  };
  if (typeof typeCast !== 'function') return cast;
  return (field: TypeCastField, next: TypeCastNext): unknown =>
    typeCast(field, () => cast(field, next));
}

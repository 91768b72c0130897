/**
 * What `mysql2` would make of a statement's values by the options of its connection. The engine's connections have their
 * own, so it is done here: named placeholders, the time zone of dates, `SET ?` with an object, decimals as numbers.
 */
import type { QueryOptions, TypeCastField, TypeCastNext } from 'mysql2';
import type { Mysql2Config } from './options';

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

/** In the time zone of the engine's connections. */
const ENGINES_ZONE = 'Z';

/** @param given as the caller gave it: its own options come before those of the connection, read at this moment. */
export function toSend(
  method: Method,
  config: Mysql2Config,
  given: QueryOptions,
  resolveNamed: (options: QueryOptions) => void,
): QueryOptions {
  const options: QueryOptions & { decimalNumbers?: boolean } = { ...given };
  for (const key of PER_QUERY) if (!(key in given)) Object.assign(options, { [key]: config[key] });
  options.namedPlaceholders ??= config.namedPlaceholders ?? false;
  resolveNamed(options);
  options.namedPlaceholders = false;
  if (options.decimalNumbers ?? config.decimalNumbers)
    options.typeCast = decimalsAsNumbers(options.typeCast ?? true);
  const zone = options.timezone ?? ENGINES_ZONE;
  if (method === 'execute') {
    if (zone !== ENGINES_ZONE && Array.isArray(options.values))
      options.values = options.values.map((value) => dateIn(zone, value));
    return options;
  }
  if (options.values !== undefined)
    options.sql = textOf(options.sql, options.values, config.stringifyObjects ?? false, zone);
  delete options.values;
  return options;
}

/** As mysql2 writes it. An object becomes assignments where the text says `SET ?`, and one value everywhere else. */
export function textOf(sql: string, values: unknown, stringify: boolean, zone: string): string {
  const { format } = require('mysql2') as { format: Format };
  return format(sql, values as never, stringify || !expandsAfterSetOnly(format), zone);
}

/** Versions of mysql2's escaping before that wrote the fields of an object wherever it stood. */
function expandsAfterSetOnly(format: Format): boolean {
  const value = [{ a: 1 }];
  return format('where ?', value, false) === format('where ?', value, true);
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

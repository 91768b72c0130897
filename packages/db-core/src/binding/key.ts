/**
 * Primary keys as they come from a path, `/users/7`: a text that cannot be the key of any row is not sent. PostgreSQL would
 * refuse it, and with it the whole transaction; MariaDB reads `7abc` as 7.
 */
import type { DialectFacts } from '../dialects/facts';
import type { Identity } from '../orm/mapper';
import { InvalidRequestError } from '../errors/errors';
import { columnTypeOf } from '../dialects/column-type';
import { describe } from '../orm/refusals';

/** A column of the key: its name, and its type in the words of the database. */
export interface KeyColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * The values by column, as the columns take them; undefined where no row can have such a key.
 *
 * @param name of the class, for the message.
 * @throws InvalidRequestError when there are more or fewer values than columns, or one is neither text nor a number.
 */
export function keyOf(
  name: string,
  columns: readonly KeyColumn[],
  id: Identity,
  facts: DialectFacts,
): Record<string, unknown> | undefined {
  const [only] = columns;
  if (only && columns.length === 1 && KEY_TYPES.has(typeof id)) {
    const value = fitting(only.type, id as Value, facts);
    return value === undefined ? undefined : { [only.name]: value };
  }
  const values = [id].flat() as readonly (Value | null | undefined)[];
  if (values.length !== columns.length)
    throw new InvalidRequestError(
      `The key of ${name} is ${columns.map((column) => column.name).join(', ')}: it takes ${columns.length} values, not ${values.length}.`,
    );
  const given = values.filter((value) => value !== null && value !== undefined);
  const wrong = given.find((value) => !KEY_TYPES.has(typeof value));
  if (wrong !== undefined)
    throw new InvalidRequestError(
      `The key of ${name} was given as ${describe(wrong)}, and takes text or a number for ${columns.map((column) => column.name).join(', ')}. ` +
        'To find rows by other columns use filterBy().',
    );
  if (given.length < values.length) return undefined; // no value is the key of no row
  const key: Record<string, unknown> = {};
  for (const [i, { name: column, type }] of columns.entries()) {
    const value = fitting(type, given[i] as Value, facts);
    if (value === undefined) return undefined;
    key[column] = value;
  }
  return key;
}

const KEY_TYPES = new Set(['string', 'number', 'bigint']);

type Value = string | number | bigint;

function fitting(type: string, value: Value, { typedParameters }: DialectFacts): Value | undefined {
  const { kind, name } = columnTypeOf(type);
  if (kind === 'integer' || kind === 'bigint')
    return integer(value, typedParameters ? (BITS[name] ?? 64) : 65);
  const text = String(value);
  switch (kind) {
    case 'decimal':
    case 'float':
      return /^-?\d+(?:\.\d+)?$/.test(text) ? value : undefined;
    case 'uuid':
      return UUID.test(text) || !typedParameters ? text : undefined;
    case 'date':
    case 'instant':
      return Number.isNaN(Date.parse(text)) && typedParameters ? undefined : value;
    case 'text':
      return text; // MariaDB compares with a number by what the text begins with
    default:
      return value;
  }
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const BITS: Readonly<Record<string, number>> = {
  smallint: 16,
  int2: 16,
  smallserial: 16,
  int: 32,
  integer: 32,
  int4: 32,
  serial: 32,
};

/** Beyond 2^53 a text, which drivers take for a bigint. */
function integer(value: Value, bits: number): Value | undefined {
  // Most keys: as many bits as their type has, without a text or a bigint of them.
  if (typeof value === 'number' && bits >= 32 && (value | 0) === value) return value | 0;
  const text = String(value);
  if (!/^-?\d{1,20}$/.test(text)) return undefined;
  const exact = BigInt(text);
  if (BigInt.asIntN(bits, exact) !== exact) return undefined;
  return Number.isSafeInteger(Number(text)) ? Number(text) : String(exact);
}

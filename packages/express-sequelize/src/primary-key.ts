/** Primary keys as they come from a path: `/users/7`. */
import type { Identity } from '@quartet/db-core/binding';
import type { Model, ModelStatic, WhereOptions } from 'sequelize';
import { DataTypes } from 'sequelize';

/**
 * The condition for the row with this key; undefined where it cannot be the key of any. PostgreSQL refuses a
 * text that is no number, and with it the whole transaction; MariaDB reads `7abc` as 7.
 */
export function primaryKeyOf(
  model: ModelStatic<Model>,
  id: Identity,
): (Record<string, unknown> & WhereOptions) | undefined {
  const values = (Array.isArray(id) ? id : [id]) as (string | number | bigint)[];
  const names = model.primaryKeyAttributes as readonly string[];
  const key: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    const value = fitting(model.getAttributes()[name]?.type, values[i]);
    if (value === undefined) return undefined;
    key[name] = value;
  }
  return values.length === names.length ? key : undefined;
}

type Value = string | number | bigint | undefined;

function fitting(type: unknown, value: Value): Value {
  if (type instanceof DataTypes.UUID) return UUID.test(String(value)) ? value : undefined;
  if (!(type instanceof DataTypes.INTEGER)) return value;
  if (!/^-?\d{1,19}$/.test(String(value))) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  // Beyond 2^53 it may be the key of a BIGINT, which drivers give and take as text.
  const isBigint =
    type instanceof DataTypes.BIGINT &&
    BigInt.asIntN(64, BigInt(value ?? 0)) === BigInt(value ?? 0);
  return isBigint ? String(value) : undefined;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

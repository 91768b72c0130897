/** Conditions in TypeORM's own form: all that must hold as the one `where` of its `find`, and a check of what is given. */
import type { Mapper } from '@quartet/db-core/binding';
import type { EntityMetadata, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { assertComparable, isPlain, noCondition, noSuchColumn } from '@quartet/db-core/binding';
import { And, Equal, FindOperator, IsNull } from 'typeorm';

type Where = FindOptionsWhere<ObjectLiteral>;

/** `{ name: null }` means IS NULL here, where TypeORM refuses it. */
export function equals(values: Readonly<Record<string, unknown>>): Where {
  return Object.fromEntries(
    Object.entries(values).map(([property, value]) => [
      property,
      value === null ? IsNull() : value,
    ]),
  );
}

/** An array among the conditions lists alternatives, as in TypeORM: they are multiplied out. */
export function combine(conditions: readonly unknown[]): Where | Where[] {
  const [first = {}, ...others] = conditions;
  let alternatives = choicesOf(first);
  for (const condition of others) {
    const choices = choicesOf(condition);
    alternatives = alternatives.flatMap((one) => choices.map((other) => both(one, other)));
  }
  const [only = {}] = alternatives;
  return alternatives.length === 1 ? only : alternatives; // TypeORM takes longer over a list of one
}

function choicesOf(condition: unknown): Where[] {
  return (Array.isArray(condition) ? condition : [condition]) as Where[];
}

function both(one: Where, other: Where): Where {
  const merged: Where = { ...one };
  for (const [property, value] of Object.entries<unknown>(other)) {
    const present: unknown = merged[property];
    if (present === undefined) merged[property] = value;
    else if (isPlain(present) && isPlain(value))
      merged[property] = both(present as Where, value as Where);
    else merged[property] = And(operator(present), operator(value));
  }
  return merged;
}

function operator(value: unknown): FindOperator<unknown> {
  return value instanceof FindOperator ? (value as FindOperator<unknown>) : Equal(value);
}

/**
 * Lets pass what TypeORM makes a condition of, in each of its parts: it skips empty objects, and asks nothing of the parts of
 * a boolean or a function.
 *
 * @throws ArgumentError
 */
export function assertWhere(
  mapper: Mapper<ObjectLiteral>,
  metadata: EntityMetadata,
  condition: unknown,
): void {
  if (!Array.isArray(condition)) return where(condition, metadata, '');
  if (condition.length === 0) throw noCondition(mapper, condition);
  for (const alternative of condition) where(alternative, metadata, '');

  /** @param path of the part of an object, with its dot */
  function where(given: unknown, of: EntityMetadata, path: string): void {
    if (!isPlain(given) && !(typeof of.target === 'function' && given instanceof of.target))
      throw noCondition(mapper, given);
    const keys = Reflect.ownKeys(given as object);
    if (keys.length === 0) throw noCondition(mapper, given);
    for (const key of keys) {
      const property = path + String(key);
      const value = (given as Record<PropertyKey, unknown>)[key];
      const relation = of.findRelationWithPropertyPath(property);
      if (of.findColumnWithPropertyPathStrict(property) && (!relation || !isObject(value)))
        comparable(of === metadata ? property : undefined, value);
      else if (of.findEmbeddedWithPropertyPath(property)) where(value, of, `${property}.`);
      else if (!relation) throw noSuchColumn(mapper, property);
      else if (value instanceof FindOperator) operator(undefined, value);
      else where(value, relation.inverseEntityMetadata, '');
    }
  }

  /** @param property of this class; undefined where its type is not known here. */
  function comparable(property: string | undefined, value: unknown): void {
    if (value instanceof FindOperator) operator(property, value);
    else if (value === null || value === undefined)
      throw noCondition(mapper, value); // IsNull()
    else if (property !== undefined && mapper.columns.has(property))
      assertComparable(mapper, property, value);
    else if (isObject(value) && !(value instanceof Date) && !(value instanceof Uint8Array))
      throw noCondition(mapper, value);
    else if (typeof value === 'function' || typeof value === 'symbol')
      throw noCondition(mapper, value);
  }

  function operator(property: string | undefined, given: FindOperator<unknown>): void {
    const { type, child, value } = given as { type: string; child?: unknown; value: unknown };
    if (child instanceof FindOperator) return operator(property, child);
    if (type === 'and' || type === 'or') return list(property, value, true);
    if (type === 'in' || type === 'between') return list(property, value, false);
    if (COMPARISONS.has(type)) return comparable(property, value);
    if (value === undefined ? given.useParameter : typeof value === 'function')
      throw noCondition(mapper, value);
  }

  function list(property: string | undefined, given: unknown, isNever: boolean): void {
    if (!Array.isArray(given) || (isNever && given.length === 0)) throw noCondition(mapper, given);
    for (const item of given) comparable(property, item);
  }
}

const COMPARISONS: ReadonlySet<string> = new Set([
  'equal',
  'not',
  'lessThan',
  'lessThanOrEqual',
  'moreThan',
  'moreThanOrEqual',
]);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof FindOperator);
}

/**
 * Conditions in Sequelize's words: those made of columns are translated by the table; those written in Sequelize's own form are
 * let through where Sequelize makes a condition of every part of them. It drops parts that it does not understand, and a `where`
 * of which nothing is left matches every row.
 *
 * @see https://sequelize.org/docs/v6/core-concepts/model-querying-basics/#applying-where-clauses
 */
import type { ConditionTable, Mapper } from '@quartet/db-core/binding';
import { assertComparable, isPlain, noCondition, noSuchColumn } from '@quartet/db-core/binding';
import type { Model, ModelStatic, WhereOptions } from 'sequelize';
import { literal, Op, Utils } from 'sequelize';

type Where = WhereOptions & object;

const compare =
  (operator: symbol) =>
  (property: string, value: unknown): Where =>
    ({ [property]: { [operator]: value } }) as Where;

export const CONDITIONS: ConditionTable<Where> = {
  eq: compare(Op.eq),
  ne: compare(Op.ne),
  gt: compare(Op.gt),
  gte: compare(Op.gte),
  lt: compare(Op.lt),
  lte: compare(Op.lte),
  like: compare(Op.like),
  in: compare(Op.in),
  between: (property, low, high) => ({ [property]: { [Op.between]: [low, high] } }) as Where,
  isNull: (property) => ({ [property]: null }) as Where,
  none: () => literal('1 = 0'),
  and: (conditions) => ({ [Op.and]: conditions }) as Where,
  or: (conditions) => ({ [Op.or]: conditions }) as Where,
  not: (condition) => ({ [Op.not]: [condition] }) as Where, // a literal alone would not be negated
};

const GROUPS: readonly PropertyKey[] = [Op.and, Op.or, Op.not];
const COMPARISONS: readonly PropertyKey[] = [Op.eq, Op.ne, Op.gt, Op.gte, Op.lt, Op.lte, Op.is];
const LISTS: readonly PropertyKey[] = [Op.in, Op.notIn, Op.between, Op.notBetween];
const OPERATORS: ReadonlySet<PropertyKey> = new Set(Object.values(Op));

/** @throws ArgumentError for what Sequelize would drop or not understand. */
export function assertWhere<M extends Model>(
  mapper: Mapper<M>,
  model: ModelStatic<M>,
  condition: unknown,
): void {
  where(condition);

  function where(given: unknown): void {
    if (isMade(given)) return;
    if (Array.isArray(given)) return each(given, where);
    if (!isPlain(given) || Reflect.ownKeys(given).length === 0) throw noCondition(mapper, given);
    for (const key of Reflect.ownKeys(given)) {
      const value = given[key];
      if (key === Op.not && isMade(value)) throw noCondition(mapper, given); // it leaves out the NOT
      if (GROUPS.includes(key)) where(value);
      else if (typeof key === 'symbol') throw noSuchColumn(mapper, key);
      else if (/^\$.+\$$/.test(key))
        operand(undefined, value); // a column of an included model
      else operand(propertyOf(key), value);
    }
  }

  /** An attribute, the column's own name, or a path into a JSON column. */
  function propertyOf(key: string): string | undefined {
    if (mapper.columns.has(key)) return key;
    const [root = ''] = key.split('.');
    if (root !== key && isJson(root)) return undefined;
    for (const [property, { field }] of Object.entries(model.getAttributes()))
      if (field === key && mapper.columns.has(property)) return property;
    throw noSuchColumn(mapper, key);
  }

  /** @param property of the column; undefined where its type is not known here. */
  function operand(property: string | undefined, value: unknown): void {
    if (isMade(value)) return;
    if (Array.isArray(value)) {
      for (const item of value) comparable(property, item);
    } else if (isPlain(value)) {
      if (property !== undefined && isJson(property)) return json(value);
      const keys = Reflect.ownKeys(value);
      if (keys.length === 0) throw noCondition(mapper, value);
      for (const key of keys) {
        if (!OPERATORS.has(key)) throw noCondition(mapper, value);
        operator(property, key, value[key]);
      }
    } else comparable(property, value);
  }

  function operator(property: string | undefined, key: PropertyKey, value: unknown): void {
    if (GROUPS.includes(key))
      return Array.isArray(value) && key !== Op.not
        ? each(value, (item) => operand(property, item))
        : operand(property, value);
    if (LISTS.includes(key) && !Array.isArray(value) && !isMade(value))
      throw noCondition(mapper, value);
    if (LISTS.includes(key) || (COMPARISONS.includes(key) && !isPlain(value)))
      operand(property, value);
    else comparable(undefined, value); // a pattern, a range, an array, `{ [Op.col]: … }`
  }

  function json(value: unknown): void {
    if (Array.isArray(value)) return each(value, json);
    if (!isPlain(value)) return comparable(undefined, value);
    each(Reflect.ownKeys(value), (key) => json(value[key as string]));
  }

  function each<T>(list: readonly T[], check: (item: T) => void): void {
    if (list.length === 0) throw noCondition(mapper, list);
    for (const item of list) check(item);
  }

  function comparable(property: string | undefined, value: unknown): void {
    if (property !== undefined) assertComparable(mapper, property, value);
    else if (value === undefined || typeof value === 'function' || typeof value === 'symbol')
      throw noCondition(mapper, value);
    else if (value instanceof Promise || value instanceof Map || value instanceof Set)
      throw noCondition(mapper, value);
  }

  function isJson(property: string): boolean {
    return /json|hstore/i.test(mapper.columns.get(property) ?? '');
  }
}

/** `fn()`, `literal()`, `where()` and the like. An empty literal would be dropped. */
function isMade(given: unknown): boolean {
  if (given instanceof Utils.Literal) return String((given as { val?: unknown }).val).trim() !== '';
  return given instanceof Utils.SequelizeMethod;
}

/** What a query may ask for: looked at call by call, before anything reaches a library. */
import type { Condition, ColumnUse } from './condition';
import type { Class, Mapper, Select } from './mapper';
import { ArgumentError } from '../errors/errors';
import { isPlain } from '../sql/plain-object';
import { Column, Order } from './column';
import { assertComparable, assertStorable, assertText } from './column-value';
import { Condition as AnyCondition } from './condition';
import { mapperIfMapped } from './mapper';
import { describe, noCondition, noSuchColumn, noSuchRelation } from './refusals';

export const EVERYTHING: Select = {
  equal: [],
  conditions: [],
  where: [],
  orderBy: [],
  relations: [],
};

/** `select` with what is changed: named member by member, since V8 of Node 20 takes a microsecond to spread both. */
export function changed(select: Select, change: Partial<Select>): Select {
  const {
    equal = select.equal,
    conditions = select.conditions,
    where = select.where,
    orderBy = select.orderBy,
    relations = select.relations,
    lock = select.lock,
    limit = select.limit,
    offset = select.offset,
  } = change;
  return { equal, conditions, where, orderBy, relations, lock, limit, offset };
}

/** @throws ArgumentError unless these are values by property that fit their columns. */
export function assertEqual<T extends object>(mapper: Mapper<T>, equal: unknown): void {
  if (!isPlain(equal)) throw noCondition(mapper, equal, 'filterBy()');
  for (const property of Reflect.ownKeys(equal)) {
    const value = equal[property];
    // Relations and parts of objects are the library's: it knows whether they will do.
    if (typeof property === 'symbol' || !mapper.columns.has(property))
      mapper.assertCondition({ [property]: value });
    else assertComparable(mapper, property, value);
  }
}

/** @throws ArgumentError for what is neither a condition made of this class's columns nor one of its library. */
export function assertCondition<T extends object>(mapper: Mapper<T>, given: unknown): void {
  if (given instanceof AnyCondition) assertUses(mapper, given as Condition);
  else if (given instanceof Column)
    throw new ArgumentError(
      `filter() of ${mapper.name} was given the column ${given}: compare it, as in filter(${given.property}.eq('x')).`,
    );
  else mapper.assertCondition(given);
}

/** The property and the direction that `orderBy` was given. @throws ArgumentError for what is no column of this class. */
export function orderOf<T extends object>(
  mapper: Mapper<T>,
  given: unknown,
): readonly [string, 'asc' | 'desc'] {
  if (given instanceof Order || given instanceof Column) {
    assertOwn(mapper, given);
    return [given.property, given instanceof Order ? given.direction : 'asc'];
  }
  const isDescending = typeof given === 'string' && given.startsWith('-');
  const property = isDescending ? given.slice(1) : given;
  if (typeof property !== 'string' || !mapper.columns.has(property))
    throw noSuchColumn(mapper, property);
  return [property, isDescending ? 'desc' : 'asc'];
}

/** @throws ArgumentError for what is no path of relations that begins at this class. */
export function assertRelation(mapper: Mapper, path: unknown): void {
  let from: Mapper | undefined = mapper;
  for (const name of typeof path === 'string' ? path.split('.') : [path]) {
    const target: Class | undefined = from?.relations?.get(name as string);
    if (!target) throw noSuchRelation(from ?? mapper, name);
    from = mapperIfMapped(target);
  }
}

/** @throws ArgumentError unless there is something to set, and all of it fits its columns. */
export function assertValues<T extends object>(mapper: Mapper<T>, values: unknown): void {
  if (!isPlain(values) || Reflect.ownKeys(values).length === 0)
    throw new ArgumentError(
      `update() of ${mapper.name} was given ${describe(values)}: update({ ${[...mapper.columns.keys()].at(-1)}: … }).`,
    );
  for (const property of Reflect.ownKeys(values))
    if (typeof property === 'symbol') throw noSuchColumn(mapper, property);
    else assertStorable(mapper, property, values[property]);
}

/** For a mapper that has learned the types of its columns in between. @throws ArgumentError */
export function assertTypes<T extends object>(mapper: Mapper<T>, select: Select): void {
  for (const equal of select.equal) assertEqual(mapper, equal);
  for (const condition of select.conditions) assertUses(mapper, condition);
  for (const condition of select.where.filter(isPlain)) mapper.assertCondition(condition);
}

function assertUses<T extends object>(mapper: Mapper<T>, condition: Condition): void {
  for (const use of condition.uses) {
    assertOwn(mapper, use);
    if (use.isText) assertText(mapper, use.property);
    for (const value of use.values) assertComparable(mapper, use.property, value);
  }
}

/** A column may have been taken before its class was mapped, or be that of a class above. */
function assertOwn<T extends object>(
  mapper: Mapper<T>,
  { target, property }: Pick<ColumnUse, 'target' | 'property'>,
): void {
  if (!isFor(target, mapper))
    throw new ArgumentError(
      `${target.name}.${property} is no column of ${mapper.name}: take it from columns(${mapper.name}). ` +
        `Its columns: ${[...mapper.columns.keys()].join(', ')}.`,
    );
  if (!mapper.columns.has(property)) throw noSuchColumn(mapper, property);
}

function isFor<T extends object>(target: Class, mapper: Mapper<T>): boolean {
  const own: unknown = mapper.target;
  return (
    target === own ||
    (mapper.target.prototype as object) instanceof target ||
    (mapperIfMapped(target) as unknown) === mapper
  );
}

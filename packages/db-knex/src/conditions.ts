/**
 * Conditions in Knex's words: those made of columns are translated by the table; those in Knex's own form are let through where
 * they add something to a query. Knex leaves out what adds nothing, and a query of which nothing is left matches every row.
 *
 * @see https://knexjs.org/guide/query-builder.html#where-clauses
 */
import type { ConditionTable, Mapper } from '@quartet/db-core/binding';
import { types } from 'node:util';
import { ArgumentError } from '@quartet/db-core';
import { assertComparable, isPlain, noCondition, noSuchColumn } from '@quartet/db-core/binding';
import type { Knex } from 'knex';

/** Adds a condition to a query. */
export type Where = (query: Knex.QueryBuilder) => void;

/** @param columnOf the name of a property's column */
export function conditionTable(columnOf: (property: string) => string): ConditionTable<Where> {
  const compare =
    (operator: string) =>
    (property: string, value: unknown): Where =>
    (query) =>
      void query.where(columnOf(property), operator, value as Knex.Value);
  return {
    eq: compare('='),
    ne: compare('<>'),
    gt: compare('>'),
    gte: compare('>='),
    lt: compare('<'),
    lte: compare('<='),
    like: compare('like'),
    in: (property, values) => (query) =>
      void query.whereIn(columnOf(property), values as Knex.Value[]),
    between: (property, low, high) => (query) =>
      void query.whereBetween(columnOf(property), [low as Knex.Value, high as Knex.Value]),
    isNull: (property) => (query) => void query.whereNull(columnOf(property)),
    none: () => (query) => void query.whereRaw('1 = 0'),
    and: (conditions) => (query) => conditions.forEach((each) => void query.where(each)),
    or: (conditions) => (query) => conditions.forEach((each) => void query.orWhere(each)),
    not: (condition) => (query) => void query.whereNot(condition),
  };
}

/** @throws ArgumentError for what would add no condition to a query of `table`. */
export function assertWhere<T extends object>(
  mapper: Mapper<T>,
  { knex, table, columns }: { knex: Knex; table: string; columns: ReadonlyMap<string, string> },
  condition: unknown,
): void {
  if (isPlain(condition)) return assertRow(condition);
  const isRaw = condition instanceof knex.raw('').constructor;
  if (!isRaw && typeof condition !== 'function') throw noCondition(mapper, condition);
  if (types.isAsyncFunction(condition) || types.isGeneratorFunction(condition))
    throw noCondition(mapper, condition);
  if (!addsSomething(condition as Knex.QueryCallback)) throw noCondition(mapper, condition);

  /** Column names and values, as Knex's `where({ … })` takes them. */
  function assertRow(values: Readonly<Record<PropertyKey, unknown>>): void {
    const keys = Reflect.ownKeys(values);
    if (keys.length === 0) throw noCondition(mapper, values);
    for (const key of keys) {
      const [property] = [...columns].find((each) => isNamed(each[1], key)) ?? [];
      if (property === undefined) throw notNamed(key);
      const value = values[key];
      if (!isStatement(value)) assertComparable(mapper, property, value);
    }
  }

  function isNamed(column: string, key: PropertyKey): boolean {
    return key === column || key === `${table}.${column}`;
  }

  function notNamed(key: PropertyKey): ArgumentError {
    const column = columns.get(String(key));
    if (column === undefined) return noSuchColumn(mapper, key);
    return new ArgumentError(
      `Knex knows columns, and the one of ${mapper.name}.${String(key)} is '${column}': filter({ ${column}: … }), or filterBy({ ${String(key)}: … }).`,
    );
  }

  function addsSomething(where: Knex.QueryCallback): boolean {
    const before = knex(table).toSQL().sql;
    const query = knex(table);
    try {
      return query.where(where).toSQL().sql !== before;
    } catch (cause) {
      throw new ArgumentError(noCondition(mapper, where).message, { cause });
    }
  }
}

/** A subquery, or raw SQL. */
function isStatement(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isPlain(value) && 'toSQL' in value;
}

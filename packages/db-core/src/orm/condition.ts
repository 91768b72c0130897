/**
 * Conditions made of columns, the same for the classes of every library: `and(name.eq('admin'), id.gt(3))`. Each library
 * translates them into conditions of its own by one table.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/sqlelement.html
 */
import type { Class } from './class';
import { ArgumentError } from '../errors/errors';
import { describe } from './refusals';

/** A library's own words for each condition. `C` is what the library takes for one. Values are never null. */
export interface ConditionTable<C> {
  /** Equal. */
  eq(property: string, value: unknown): C;
  /** Not equal. */
  ne(property: string, value: unknown): C;
  /** Greater. */
  gt(property: string, value: unknown): C;
  /** Greater or equal. */
  gte(property: string, value: unknown): C;
  /** Less. */
  lt(property: string, value: unknown): C;
  /** Less or equal. */
  lte(property: string, value: unknown): C;
  /** `%` stands for any text, `_` for one letter. */
  like(property: string, pattern: string): C;
  /** At least one value. */
  in(property: string, values: readonly unknown[]): C;
  /** Both ends included. */
  between(property: string, low: unknown, high: unknown): C;
  /** Holds where the column is null. */
  isNull(property: string): C;
  /** Holds for no row. */
  none(): C;
  /** All of them hold; at least one is given. */
  and(conditions: readonly C[]): C;
  /** One of them holds; at least one is given. */
  or(conditions: readonly C[]): C;
  /** It does not hold. */
  not(condition: C): C;
}

/** A column in a condition, and what it is compared with. */
export interface ColumnUse {
  readonly target: Class;
  readonly property: string;
  readonly values: readonly unknown[];
  /** Whether only a column of texts will do. */
  readonly isText: boolean;
}

/** Made by the calls of a {@link Column} and by {@link and}, {@link or} and {@link not}. It never changes. */
export class Condition<in T extends object = never> {
  /** For the compiler alone: conditions of one class are none of another. */
  declare protected readonly of: (instance: T) => void;
  /** The columns it speaks of. */
  readonly uses: readonly ColumnUse[];
  readonly #translate: <C>(table: ConditionTable<C>) => C;

  /** Use a column's calls. */
  constructor(uses: readonly ColumnUse[], translate: <C>(table: ConditionTable<C>) => C) {
    this.uses = uses;
    this.#translate = translate;
  }

  /** This condition in a library's own words. */
  to<C>(table: ConditionTable<C>): C {
    return this.#translate(table);
  }

  get [Symbol.toStringTag](): string {
    return 'Condition';
  }
}

/** Rows for which all hold. @throws ArgumentError for none, and for what is no condition. */
export function and<T extends object>(...conditions: readonly Condition<T>[]): Condition<T> {
  return group('and', conditions);
}

/** Rows for which at least one holds. @throws ArgumentError for none, and for what is no condition. */
export function or<T extends object>(...conditions: readonly Condition<T>[]): Condition<T> {
  return group('or', conditions);
}

/** Rows for which it does not hold. Where a column is null, neither does: as in SQL. @throws ArgumentError */
export function not<T extends object>(condition: Condition<T>): Condition<T> {
  assertConditions('not', [condition]);
  return new Condition(condition.uses, (table) => table.not(condition.to(table)));
}

function group<T extends object>(
  name: 'and' | 'or',
  conditions: readonly Condition<T>[],
): Condition<T> {
  assertConditions(name, conditions);
  const uses = conditions.flatMap((condition) => condition.uses);
  return new Condition(uses, (table) => table[name](conditions.map((each) => each.to(table))));
}

function assertConditions(name: string, conditions: readonly unknown[]): void {
  if (conditions.length === 0)
    throw new ArgumentError(`${name}() was given no condition: ${name}(${EXAMPLE}).`);
  for (const given of conditions)
    if (!(given instanceof Condition))
      throw new ArgumentError(
        `${name}() was given ${describe(given)}, and takes conditions made of columns: ${name}(${EXAMPLE}).`,
      );
}

const EXAMPLE = "name.eq('admin')";

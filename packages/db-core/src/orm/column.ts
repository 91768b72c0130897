/**
 * Columns of a class as values, `const { name, id } = columns(User)`: the counterpart of SQLAlchemy's `User.name`.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/queryguide/select.html
 */
import type { ConditionTable } from './condition';
import type { Class, Mapper } from './mapper';
import { ArgumentError } from '../errors/errors';
import { Condition, not } from './condition';
import { mapperIfMapped } from './mapper';
import { describe, noSuchColumn } from './refusals';

/** The columns of a class, by property. Methods are none. */
export type Columns<T extends object> = {
  readonly [K in string & keyof T as T[K] extends (...args: never[]) => unknown
    ? never
    : K]-?: Column<T, NonNullable<T[K]>>;
};

/** What `orderBy` takes beside the name of a property. */
export class Order<in T extends object = never> {
  /** For the compiler alone. */
  declare protected readonly of: (instance: T) => void;
  readonly target: Class;
  readonly property: string;
  readonly direction: 'asc' | 'desc';

  /** Use `name.asc()` or `name.desc()`. */
  constructor(target: Class, property: string, direction: 'asc' | 'desc') {
    this.target = target;
    this.property = property;
    this.direction = direction;
  }

  get [Symbol.toStringTag](): string {
    return 'Order';
  }
}

/**
 * The columns of a mapped class. Those of a class that is not mapped yet are looked up when a query uses them, so they may
 * be taken at the top of a file.
 *
 * @throws ArgumentError for a column that is not there.
 * @example
 * const { name, id } = columns(User);
 * await User.query.filter(name.eq('admin')).first();
 * await User.query.filter(or(name.like('a%'), id.gt(3))).orderBy(name.desc()).all();
 */
export function columns<T extends object>(target: Class<T>): Columns<T> {
  if (typeof target !== 'function')
    throw new ArgumentError(
      `columns() was given ${describe(target)}, and takes a class: columns(User).`,
    );
  return new Proxy({} as Columns<T>, {
    get(_target, property) {
      if (typeof property === 'symbol') return undefined;
      const mapper: Mapper<T> | undefined = mapperIfMapped(target);
      if (!mapper || mapper.columns.has(property)) return new Column(target, property);
      if (property === 'then') return undefined; // being awaited is no use of a column
      throw noSuchColumn(mapper, property);
    },
    has: (_target, property) =>
      typeof property === 'string' && Boolean(mapperIfMapped(target)?.columns.has(property)),
  });
}

/** Compares by calls; JavaScript's own `==`, `<` and `>` are refused, but for `===`, which is always false. */
export class Column<in T extends object, V> {
  readonly target: Class;
  readonly property: string;

  /** Use {@link columns}. */
  constructor(target: Class<T>, property: string) {
    this.target = target as unknown as Class;
    this.property = property;
  }

  /** Null means IS NULL. */
  eq(value: V | null): Condition<T> {
    return value === null ? this.isNull() : this.#compare('eq', value);
  }

  /** Null means IS NOT NULL. */
  ne(value: V | null): Condition<T> {
    return value === null ? this.isNotNull() : this.#compare('ne', value);
  }

  /** Greater. */
  gt(value: V): Condition<T> {
    return this.#compare('gt', value);
  }

  /** Greater or equal. */
  gte(value: V): Condition<T> {
    return this.#compare('gte', value);
  }

  /** Less. */
  lt(value: V): Condition<T> {
    return this.#compare('lt', value);
  }

  /** Less or equal. */
  lte(value: V): Condition<T> {
    return this.#compare('lte', value);
  }

  /** One of these values. An empty list gives no rows. */
  in(values: readonly V[] | ReadonlySet<V>): Condition<T> {
    const list = this.#list('in', values);
    return this.#condition(list, (table) =>
      list.length === 0 ? table.none() : table.in(this.property, list),
    );
  }

  /** None of these values; an empty list gives every row. Rows where the column is null are left out, but for an empty list. */
  notIn(values: readonly V[] | ReadonlySet<V>): Condition<T> {
    return not(this.in(values));
  }

  /**
   * `%` stands for any text, `_` for one letter. Whether case counts is the database's: on SQLite it does not, for ASCII.
   *
   * @throws ArgumentError for a pattern that is no text.
   */
  like(this: Column<T, string>, pattern: string): Condition<T> {
    if (typeof pattern !== 'string')
      throw new ArgumentError(`${this}.like() was given ${describe(pattern)}: like('a%').`);
    return this.#condition([], (table) => table.like(this.property, pattern), true);
  }

  /** Both ends included. */
  between(low: V, high: V): Condition<T> {
    const values = [low, high].map((value) => this.#notNull('between', value));
    return this.#condition(values, (table) => table.between(this.property, low, high));
  }

  /** Where the column is null. */
  isNull(): Condition<T> {
    return this.#condition([], (table) => table.isNull(this.property));
  }

  /** Where the column is not null. */
  isNotNull(): Condition<T> {
    return not(this.isNull());
  }

  /** The smallest value first. */
  asc(): Order<T> {
    return new Order(this.target, this.property, 'asc');
  }

  /** The largest value first. */
  desc(): Order<T> {
    return new Order(this.target, this.property, 'desc');
  }

  /** `User.name` */
  toString(): string {
    return `${this.target.name}.${this.property}`;
  }

  /** `name == 'x'` and `id > 3` would be answered by JavaScript. @throws ArgumentError */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new ArgumentError(
      `${this} was compared by JavaScript: write ${this.property}.eq(…), .gt(…) or .lt(…), which the database compares.`,
    );
  }

  #compare(operator: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte', value: V): Condition<T> {
    this.#notNull(operator, value);
    return this.#condition([value], (table) => table[operator](this.property, value));
  }

  #list(call: string, values: readonly V[] | ReadonlySet<V>): readonly V[] {
    if (!Array.isArray(values) && !(values instanceof Set))
      throw new ArgumentError(`${this}.${call}() was given ${describe(values)}, and takes a list.`);
    const list: readonly V[] = [...values];
    for (const value of list) this.#notNull(call, value);
    return list;
  }

  #notNull(call: string, value: V): V {
    if (value !== null && value !== undefined) return value;
    throw new ArgumentError(
      `${this}.${call}() was given ${describe(value)}, which nothing is compared with: ${this.property}.isNull() finds rows without a value.`,
    );
  }

  #condition(
    values: readonly unknown[],
    translate: <C>(table: ConditionTable<C>) => C,
    isText = false,
  ): Condition<T> {
    const { target, property } = this;
    return new Condition([{ target, property, values, isText }], translate);
  }
}

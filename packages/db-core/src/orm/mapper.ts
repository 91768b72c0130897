/**
 * What a binding (db-sequelize, db-typeorm, db-knex) supplies for each class it maps, so that one
 * session can save, load and delete objects of any library through that library's own calls.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/mapping_api.html#sqlalchemy.orm.Mapper
 */
import type { Engine } from '../engine/engine';
import { NoResultFound, UnmappedError } from '../errors/errors';

/** Any class, abstract or not, with any constructor. */
export type Class<T extends object = object> = (abstract new (
  ...args: never[]
) => T) & { readonly name: string };

/** The value of a primary key; one value a column, in their order, when there are several. */
export type Identity = string | number | bigint | readonly (string | number | bigint)[];

/** What a query asks for. */
export interface Select {
  /** Equal values by property, as in `filterBy({ name: 'admin' })`; null means IS NULL. */
  readonly equal: readonly Readonly<Record<string, unknown>>[];
  /** Conditions in the library's own form, as in `filter(...)`. */
  readonly where: readonly unknown[];
  readonly orderBy: readonly (readonly [property: string, direction: 'asc' | 'desc'])[];
  readonly limit?: number;
  readonly offset?: number;
}

/**
 * Every call runs where the session is current, so the library's statements join its transaction. A binding reports
 * what was written by `noteChange` of `@quartet/db-core/binding`.
 */
export interface Mapper<T extends object = object> {
  readonly engine: Engine;
  /** The class's name, for messages. */
  readonly name: string;
  /** Properties that make the primary key. */
  readonly primaryKey: readonly string[];
  /** Mappers of the classes whose rows must exist before this one's: those its foreign keys point to. */
  dependencies(): readonly Mapper[];
  /** Whether the object has a row, as far as the library knows. */
  isPersistent(instance: T): boolean;
  /** Whether the object differs from its row, as far as the library knows. */
  isModified(instance: T): boolean;
  /** INSERT or UPDATE; generated values are set on the object. */
  save(instance: T): Promise<void>;
  delete(instance: T): Promise<void>;
  /** Reads the object's row again. @throws NoResultFound when it is gone. */
  refresh(instance: T): Promise<void>;
  get(id: Identity): Promise<T | undefined>;
  find(select: Select): Promise<T[]>;
  count(select: Select): Promise<number>;
}

const MAPPER: unique symbol = Symbol.for('quartet.mapper') as never;

/** Makes `mapper` the one for `target` and for subclasses that have none of their own. Mapping again replaces it. */
export function mapClass<T extends object>(target: Class<T>, mapper: Mapper<T>): void {
  Object.defineProperty(target, MAPPER, { value: mapper, configurable: true });
}

/** @throws UnmappedError when no binding knows the class. */
export function mapperOf<T extends object>(target: Class<T>): Mapper<T> {
  const mapper = (target as { [MAPPER]?: Mapper<T> })[MAPPER];
  if (!mapper) throw new UnmappedError(target.name || String(target));
  return mapper;
}

/** The mapper of an object's class. @throws UnmappedError */
export function mapperOfInstance<T extends object>(instance: T): Mapper<T> {
  return mapperOf(instance.constructor as Class<T>);
}

/** What `refresh` throws. @param name the class's. */
export function rowIsGone(name: string): NoResultFound {
  return new NoResultFound(`This ${name} has no row any more.`);
}

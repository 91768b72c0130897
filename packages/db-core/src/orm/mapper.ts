/**
 * What a binding (db-sequelize, db-typeorm, db-knex) supplies for each class it maps, so that one
 * session can save, load and delete objects of any library through that library's own calls.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/mapping_api.html#sqlalchemy.orm.Mapper
 */
import type { Engine } from '../engine/engine';
import type { Class } from './class';
import type { Condition } from './condition';
import type { Asked } from './refusals';
import { ArgumentError, NoResultFound, UnmappedError } from '../errors/errors';
import { describe } from './refusals';
import { sayTheSame } from './text-form';

/** The value of a primary key; one value a column, in their order, when there are several. */
export type Identity = string | number | bigint | readonly (string | number | bigint)[];

/** What a query asks for. */
export interface Select {
  /** Equal values by property, as in `filterBy({ name: 'admin' })`; null means IS NULL. */
  readonly equal: readonly Readonly<Record<string, unknown>>[];
  /** Conditions made of columns, as in `filter(name.eq('admin'))`; a mapper translates them by `condition.to(table)`. */
  readonly conditions: readonly Condition[];
  /** Conditions in the library's own form, as in `filter(...)`; `assertCondition` has let them pass. */
  readonly where: readonly unknown[];
  readonly orderBy: readonly (readonly [property: string, direction: 'asc' | 'desc'])[];
  /** Relations whose objects are read along, each by its path: `user`, `user.messages`. A mapper without relations gets none. */
  readonly relations: readonly string[];
  /** How the rows are locked until the transaction ends; undefined where the database has no row locks. */
  readonly lock?: 'update' | 'share' | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/**
 * Every call runs where the session is current, so the library's statements join its transaction. A binding reports
 * what was written by `noteChange` of `@quartet/db-core/binding`.
 */
export interface Mapper<T extends object = object> extends Asked {
  readonly engine: Engine;
  readonly target: Class<T>;
  /** The relations that can be read along with an object, by property, and the classes they lead to. Default: none. */
  readonly relations?: ReadonlyMap<string, Class>;
  /** Whether `find` locks rows as `Select.lock` says. Default false: `withForUpdate()` is refused, unless there are no row locks. */
  readonly locksRows?: boolean;
  /** Mappers of the classes whose rows must exist before this one's: those its foreign keys point to. */
  dependencies(): readonly Mapper[];
  /** Whether the object has a row, as far as the library knows. */
  isPersistent(instance: T): boolean;
  /** Whether the object differs from its row, as far as the library knows. */
  isModified(instance: T): boolean;
  /** The properties in which the object differs from its row, for messages. */
  modifiedProperties?(instance: T): readonly string[];
  /** An object without a row, with these values by property. Default: one of the class, made without its constructor. */
  create?(values: Readonly<Record<string, unknown>>): T;
  /** INSERT or UPDATE; generated values are set on the object. */
  save(instance: T): Promise<void>;
  /** DELETE of the object's row. */
  delete(instance: T): Promise<void>;
  /** Reads the object's row again. @throws NoResultFound when it is gone. */
  refresh(instance: T): Promise<void>;
  /** Reads one object by its primary key. */
  get(id: Identity): Promise<T | undefined>;
  /** Reads the objects that are selected. */
  find(select: Select): Promise<T[]>;
  /** How many rows are selected. */
  count(select: Select): Promise<number>;
  /** Deletes rows by one statement; limit, offset and order do not apply. @returns how many */
  deleteAll(select: Select): Promise<number>;
  /** Updates rows by one statement; limit, offset and order do not apply. @returns how many it has found */
  updateAll(select: Select, values: Readonly<Record<string, unknown>>): Promise<number>;
  /**
   * Lets nothing pass that the library would not understand, or would take for no condition at all.
   *
   * @throws ArgumentError with the line to write, by `noCondition` and `noSuchColumn`.
   */
  assertCondition(condition: unknown): void;
}

export type { Class };

const MAPPER: unique symbol = Symbol.for('quartet.mapper') as never;

/** Makes `mapper` the one for `target` and for subclasses that have none of their own. Mapping again replaces it. */
export function mapClass<T extends object>(target: Class<T>, mapper: Mapper<T>): void {
  sayTheSame(target.prototype as object);
  Object.defineProperty(target, MAPPER, { value: mapper, configurable: true });
}

/** The mapper of a class; undefined until a binding knows it. */
export function mapperIfMapped<T extends object>(target: Class<T>): Mapper<T> | undefined {
  return (target as { [MAPPER]?: Mapper<T> })[MAPPER];
}

/** @throws UnmappedError when no binding knows the class; ArgumentError for what is no class. */
export function mapperOf<T extends object>(target: Class<T>): Mapper<T> {
  if (typeof target !== 'function')
    throw new ArgumentError(
      `A session was given ${describe(target)} where it takes a mapped class: Session.query(User), Session.get(User, 1).`,
    );
  const mapper = mapperIfMapped(target);
  if (!mapper) throw new UnmappedError(target.name || String(target));
  return mapper;
}

/** The mapper of an object's class. @throws UnmappedError; ArgumentError for what is no object of a class. */
export function mapperOfInstance<T extends object>(instance: T): Mapper<T> {
  if (typeof instance !== 'object' || instance === null)
    throw new ArgumentError(
      `A session was given ${describe(instance)} where it takes an object of a mapped class: Session.add(new User(…)).`,
    );
  return mapperOf(instance.constructor as Class<T>);
}

/** What `refresh` throws. @param name the class's. */
export function rowIsGone(name: string): NoResultFound {
  return new NoResultFound(`This ${name} has no row any more.`);
}

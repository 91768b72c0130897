/**
 * The base of models, `db.Model`: Sequelize's own Model, declared without a Sequelize, with `query` and a
 * text form. Ports Flask-SQLAlchemy's `Model`.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/api/#flask_sqlalchemy.model.Model
 */
import { inspect } from 'node:util';
import type { ScopedSession } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { ArgumentError, InvalidRequestError } from '@quartet/db-core';
import { hasDefaultTextForm, mapperOf } from '@quartet/db-core/binding';
import type {
  Attributes,
  ForeignKey,
  InferAttributes,
  InferCreationAttributes,
  ModelAttributes,
} from 'sequelize';
import { Model as SequelizeModel } from 'sequelize';
import type { DeclareOptions, ModelClass } from './declaration';

/** Columns a class need not list in `init`: Sequelize adds them, or an association does (`ForeignKey<…>`). */
type Brought<A> =
  | ('id' & keyof A)
  | { [K in keyof A]-?: ForeignKeyBrand extends keyof NonNullable<A[K]> ? K : never }[keyof A];
type ForeignKeyBrand = Extract<keyof ForeignKey<object>, symbol>;
type Columns<M extends SequelizeModel, A = Attributes<M>> = ModelAttributes<
  M,
  Omit<A, Brought<A>> & Partial<Pick<A, Brought<A>>>
>;

/** Abstract classes declare columns too. */
type AnyModel = Omit<typeof SequelizeModel, 'prototype'> & (abstract new () => SequelizeModel);

/* oxlint-disable no-explicit-any -- `db.Model` without a type argument takes any attributes, as Sequelize's own does */
type IsAny<T> = 0 extends 1 & T ? true : false;
type Loaded<M extends SequelizeModel> = IsAny<M> extends true ? any : InferAttributes<M>;
type Given<M extends SequelizeModel> = IsAny<M> extends true ? any : InferCreationAttributes<M>;

/** The type of a column that an abstract parent brings, so that `init` need not list it again. */
export type Inherited<T> = ForeignKey<T>;

/** What a model needs of its `db` object. */
export interface ModelHost {
  readonly declarations: {
    add(model: ModelClass, attributes: ModelAttributes | ModelClass, options: DeclareOptions): void;
  };
  readonly session: ScopedSession;
}

/**
 * @example
 * export class User extends db.Model<User> {
 *   declare static query: Query<User>;
 *   declare id: CreationOptional<number>;
 *   declare name: string;
 * }
 * User.init({ name: { type: DataTypes.STRING(50), allowNull: false, unique: true } });
 */
export class Model<M extends SequelizeModel = any> extends SequelizeModel<Loaded<M>, Given<M>> {
  /** What it needs of the `db` object it belongs to. */
  static db: ModelHost & { numberOf(instance: object): number };
  /** The key of the database the model lives in, and its subclasses; undefined for the default one. */
  static readonly bindKey?: string | undefined;
  /** What `query` gives for this class, and its subclasses. Default: the `db` object's. */
  static readonly queryClass?: typeof Query | undefined;
  /** A query of this class in the current session. Narrow it in each class: `declare static query: Query<User>`. */
  static readonly query: Query<any>;
  /* oxlint-enable no-explicit-any */

  /**
   * Associations, scopes and hooks: `db.initApp` calls it once all models are defined, so that models may
   * refer to each other in any order of their files.
   *
   * @example
   * static override associate(): void {
   *   Message.belongsTo(User, { as: 'user', foreignKey: { name: 'userId', field: 'user_id' } });
   * }
   */
  static associate(): void {}

  /**
   * Declares the model's columns. The table's name is the class's in snake_case unless `tableName` is given.
   *
   * @param attributes Sequelize's own form; or a model of `db.tables()`, to take over a reflected table.
   * @param options Sequelize's own, without the Sequelize: that comes with `db.initApp(app)`.
   * @throws ArgumentError when there are no columns.
   */
  static override init<MS extends AnyModel, I extends InstanceType<MS>>(
    this: MS,
    attributes: Columns<I> | ModelClass | undefined,
    options: DeclareOptions<I> = {},
  ): MS {
    const model = this as unknown as typeof Model & ModelClass;
    if (!attributes)
      throw new ArgumentError(`${model.name}.init() was given no columns: is there such a table?`);
    model.db.declarations.add(
      model,
      attributes as ModelAttributes | ModelClass,
      options as DeclareOptions,
    );
    return this;
  }

  /** `<User 1>`, `<User (transient 7)>` before it is added to a session, `<User (pending 7)>` before it is saved. */
  override toString(): string {
    const { name, db, primaryKeyAttributes } = this.constructor as typeof Model;
    if (!this.isNewRecord) {
      return `<${name} ${primaryKeyAttributes.map((key) => String(this.get(key as never))).join(', ')}>`;
    }
    const isPending = db.session.has() && db.session.new.includes(this);
    return `<${name} (${isPending ? 'pending' : 'transient'} ${db.numberOf(this)})>`;
  }

  /** As the REPL and console.log print it. */
  [inspect.custom](): string {
    return Model.prototype.toString.call(this);
  }
}
hasDefaultTextForm(Model);

/** The base of one `db` object's models. */
export function baseFor(parent: typeof Model = Model, db: ModelHost): typeof Model {
  const Base = class extends parent {
    constructor(...args: unknown[]) {
      if (!isDefined(new.target)) throw notDefined(`new ${new.target.name}()`);
      super(...(args as []));
    }
  };
  Object.defineProperty(Base, 'name', { value: 'Model' });
  Base.db = { ...db, numberOf: numbering() };
  for (const name of ['sequelize', 'rawAttributes']) refuse(Base, name);
  Object.defineProperty(Base, 'query', {
    configurable: true,
    get(this: typeof Model & ModelClass): Query<object> {
      if (!isDefined(this)) throw notDefined(`${this.name}.query`);
      const { queryClass } = this;
      return queryClass ? new queryClass(db.session(), mapperOf(this)) : db.session.query(this);
    },
  });
  for (const name of CONFIGURING) guard(Base, name);
  return Base;
}

/** Every call of Sequelize reads these first: until the model is defined, they say what was forgotten. */
function refuse(base: typeof Model, name: string): void {
  Object.defineProperty(base, name, {
    get(this: typeof Model): never {
      throw notDefined(`The model ${this.name}`);
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    },
  });
}

/** These change what Sequelize keeps on a model, which is there only once the model is defined. */
const CONFIGURING = [
  'hasOne',
  'hasMany',
  'belongsTo',
  'belongsToMany',
  'addScope',
  'addHook',
] as const;

function guard(base: typeof Model, name: (typeof CONFIGURING)[number]): void {
  const original = SequelizeModel[name] as (...args: unknown[]) => unknown;
  Object.defineProperty(base, name, {
    configurable: true,
    writable: true,
    value(this: typeof Model, ...args: unknown[]): unknown {
      if (isDefined(this)) return original.apply(this, args);
      const call = `${this.name}.${name}`;
      throw new InvalidRequestError(
        `${call}() was called before db.initApp(app). Write it in the class: static override associate() { ${call}(…); }`,
      );
    },
  });
}

/** Whether the model is defined on the Sequelize of an app. */
function isDefined(model: object): boolean {
  return '_scope' in model; // the last that Sequelize's init sets
}

function notDefined(what: string): InvalidRequestError {
  return new InvalidRequestError(
    `${what} was used before the model was defined. Call its init({ … }) in the file of the class, import that file, and await db.initApp(app) first.`,
  );
}

/** Gives each object a number of its own, which tells objects without a row apart, as Python's id() does. */
function numbering(): (instance: object) => number {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (instance) => {
    if (!numbers.has(instance)) numbers.set(instance, ++last);
    return numbers.get(instance) ?? 0;
  };
}

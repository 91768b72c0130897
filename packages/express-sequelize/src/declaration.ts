/**
 * What was declared on one `db` object: its models, before the app and its engines exist. `db.initApp(app)` defines
 * them on the app's Sequelizes; after `db.dispose()` the next app defines them anew.
 */
import { ArgumentError, InvalidRequestError } from '@quartet/db-core';
import type { InitOptions, Model, ModelAttributes, ModelStatic, Sequelize } from 'sequelize';
import { Model as SequelizeModel } from 'sequelize';
import type { Key } from './config';
import { camelToSnakeCase } from './table-name';

/** A model class; its `bindKey`, its own or its parent's, says which database it lives in. */
export type ModelClass = ModelStatic<Model> & {
  readonly bindKey?: string | undefined;
  associate(): void;
};

/** What `init` is given: Sequelize's own options but for the Sequelize, which comes with the app. */
export type DeclareOptions<M extends Model = Model> = Omit<InitOptions<M>, 'sequelize'> & {
  /** The class has no table of its own: its columns are those of its subclasses as well. Default false. */
  readonly abstract?: boolean;
};

interface Declaration {
  readonly model: ModelClass;
  readonly attributes: ModelAttributes;
  readonly options: DeclareOptions;
  readonly bindKey: Key;
  readonly tableName: string;
}

/** What Sequelize's `init` puts on a model and every call of a model needs. */
const DEFINED = ['sequelize', 'rawAttributes', '_scope'];

export class Declarations {
  readonly #byModel = new Map<ModelClass, Declaration>();
  readonly #abstract = new Map<object, ModelAttributes>();
  readonly #autonaming: boolean;
  /** Set while there is an app. */
  #sequelizeOf: ((bindKey: Key) => Sequelize) | undefined;

  constructor(options: { readonly autonaming: boolean }) {
    this.#autonaming = options.autonaming;
  }

  /**
   * Declares a model, and defines it if the app is there already.
   *
   * @param attributes columns, or a model of `db.tables()` whose columns and table the class takes over.
   * @throws ArgumentError when two classes of one database share a name.
   */
  add(
    model: ModelClass,
    attributes: ModelAttributes | ModelClass,
    { abstract = false, ...options }: DeclareOptions,
  ): void {
    const { columns, tableName } = this.#tableOf(model, attributes, options);
    if (abstract) {
      this.#abstract.set(model, columns);
      return;
    }
    const named = tableName !== undefined && { tableName };
    const declaration: Declaration = {
      model,
      attributes: { ...this.#inherited(model), ...columns },
      options: { ...options, ...named },
      bindKey: model.bindKey ?? null,
      tableName: tableName ?? model.name,
    };
    this.#assertUnique(declaration);
    this.#byModel.set(model, declaration);
    Object.assign(model, named); // as Sequelize will
    this.#define([declaration]);
  }

  /** Defines all models, and those declared later, on the Sequelizes of an app. */
  defineOn(sequelizeOf: (bindKey: Key) => Sequelize): void {
    this.#sequelizeOf = sequelizeOf;
    this.#define([...this]);
  }

  /** The app is gone: its models are refused until the next one is there. */
  undefine(): void {
    this.#sequelizeOf = undefined;
    for (const { model } of this) for (const name of DEFINED) Reflect.deleteProperty(model, name);
  }

  /** In the order of declaration. */
  [Symbol.iterator](): Iterator<Declaration> {
    return this.#byModel.values();
  }

  #define(declarations: readonly Declaration[]): void {
    const sequelizeOf = this.#sequelizeOf;
    if (!sequelizeOf) return;
    for (const { model, attributes, options, bindKey } of declarations)
      SequelizeModel.init.call(model as never, copyAttributes(attributes) as never, {
        ...options,
        sequelize: sequelizeOf(bindKey),
      });
    for (const { model } of declarations) model.associate();
  }

  #tableOf(
    model: ModelClass,
    attributes: ModelAttributes | ModelClass,
    { tableName }: DeclareOptions,
  ): { columns: ModelAttributes; tableName: string | undefined } {
    if (typeof attributes !== 'function') {
      const named = this.#autonaming ? camelToSnakeCase(model.name) : undefined;
      return { columns: attributes, tableName: tableName ?? named };
    }
    const table = this.#byModel.get(attributes);
    if (!table || table.bindKey !== (model.bindKey ?? null)) {
      throw new InvalidRequestError(
        `${model.name}.init(table) wants a table of its own database: await db.reflect(), then db.tables(bindKey).get(name).`,
      );
    }
    this.#byModel.delete(attributes);
    return { columns: table.attributes, tableName: table.tableName };
  }

  /** The columns of abstract classes above, the nearest winning. */
  #inherited(model: ModelClass): ModelAttributes {
    const parent = Object.getPrototypeOf(model) as ModelClass | null;
    if (!parent) return {};
    return { ...this.#inherited(parent), ...this.#abstract.get(parent) };
  }

  #assertUnique({ model, bindKey }: Declaration): void {
    for (const other of this.#byModel.values()) {
      if (other.model === model || other.model.name !== model.name || other.bindKey !== bindKey)
        continue;
      throw new ArgumentError(
        `A model named '${model.name}' is declared already. Import that class, or give this one another name or bindKey.`,
      );
    }
  }
}

/** Sequelize writes into what it is given, for the dialect at hand: each definition gets a copy. */
function copyAttributes(attributes: ModelAttributes): ModelAttributes {
  const copies = Object.entries(attributes).map(([name, attribute]) => [
    name,
    Object.getPrototypeOf(attribute) === Object.prototype
      ? { ...(attribute as object) }
      : attribute,
  ]);
  return Object.fromEntries(copies) as ModelAttributes;
}

/**
 * What was declared on one `db` object: its models, before any app or engine exists. Each app defines
 * them anew, on its own Sequelize.
 */
import { ArgumentError, InvalidRequestError } from '@quartet/db-core';
import type { InitOptions, Model, ModelAttributes, ModelStatic, Sequelize } from 'sequelize';
import { Model as SequelizeModel } from 'sequelize';
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

export class Declaration {
  readonly model: ModelClass;
  readonly attributes: ModelAttributes;
  readonly #options: DeclareOptions;

  constructor(model: ModelClass, attributes: ModelAttributes, options: DeclareOptions) {
    this.model = model;
    this.attributes = attributes;
    this.#options = options;
  }

  /** The key of the database the model lives in; null for the default one. */
  get bindKey(): string | null {
    return this.model.bindKey ?? null;
  }

  get tableName(): string {
    return this.#options.tableName ?? this.model.name;
  }

  /** Defines the model on the Sequelize of an app. May be called again, for another app. */
  define(sequelize: Sequelize): void {
    SequelizeModel.init.call(this.model as never, copyAttributes(this.attributes) as never, {
      ...this.#options,
      sequelize,
    });
  }
}

export class Declarations {
  readonly #byModel = new Map<ModelClass, Declaration>();
  readonly #abstract = new Map<object, ModelAttributes>();
  readonly #autonaming: boolean;

  constructor(options: { readonly autonaming: boolean }) {
    this.#autonaming = options.autonaming;
  }

  /**
   * @param attributes columns, or a model of `db.tables()` whose columns and table the class takes over.
   * @returns undefined for an abstract class.
   * @throws ArgumentError when two classes of one database share a name.
   */
  add(
    model: ModelClass,
    attributes: ModelAttributes | ModelClass,
    { abstract = false, ...options }: DeclareOptions,
  ): Declaration | undefined {
    const { columns, tableName } = this.#tableOf(model, attributes, options);
    if (abstract) {
      this.#abstract.set(model, columns);
      return undefined;
    }
    const all = { ...this.#inherited(model), ...columns };
    const declaration = new Declaration(model, all, {
      ...options,
      ...(tableName !== undefined && { tableName }),
    });
    this.#assertUnique(declaration);
    this.#byModel.set(model, declaration);
    if (tableName !== undefined) nameTable(model, tableName);
    return declaration;
  }

  /** In the order of declaration. */
  [Symbol.iterator](): Iterator<Declaration> {
    return this.#byModel.values();
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

/** As Sequelize will once an app is there. */
function nameTable(model: ModelClass, tableName: string): void {
  Object.defineProperty(model, 'tableName', {
    value: tableName,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** Sequelize writes into what it is given, for the dialect at hand: each app gets a copy of its own. */
function copyAttributes(attributes: ModelAttributes): ModelAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      isPlainObject(attribute) ? { ...attribute } : attribute,
    ]),
  ) as ModelAttributes;
}

function isPlainObject(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

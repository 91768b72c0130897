/**
 * What was declared on one `db` object: its models, before any app or engine exists. Each app defines
 * them anew, on its own Sequelize.
 */
import { ArgumentError } from '@quartet/db-core';
import type { InitOptions, Model, ModelAttributes, ModelStatic, Sequelize } from 'sequelize';
import { camelToSnakeCase } from './table-name';

/** A model class; its `bindKey`, its own or its parent's, says which database it lives in. */
export type ModelClass = ModelStatic<Model> & {
  readonly bindKey?: string | undefined;
  associate?(): void;
};

/** What `init` is given: Sequelize's own options but for the Sequelize, which comes with the app. */
export type DeclareOptions<M extends Model = Model> = Omit<InitOptions<M>, 'sequelize'>;

export class Declaration {
  readonly model: ModelClass;
  readonly #attributes: ModelAttributes;
  readonly #options: DeclareOptions;

  constructor(model: ModelClass, attributes: ModelAttributes, options: DeclareOptions) {
    this.model = model;
    this.#attributes = attributes;
    this.#options = options;
  }

  /** The key of the database the model lives in; null for the default one. */
  get bindKey(): string | null {
    return this.model.bindKey ?? null;
  }

  /** Defines the model on the Sequelize of an app. May be called again, for another app. */
  define(sequelize: Sequelize, init: (this: ModelClass, ...args: unknown[]) => unknown): void {
    init.call(this.model, copyAttributes(this.#attributes), { ...this.#options, sequelize });
  }
}

export class Declarations {
  readonly #byModel = new Map<ModelClass, Declaration>();
  readonly #autonaming: boolean;

  constructor(options: { readonly autonaming: boolean }) {
    this.#autonaming = options.autonaming;
  }

  /** @throws ArgumentError when two classes of one database share a table's name. */
  add(model: ModelClass, attributes: ModelAttributes, options: DeclareOptions): Declaration {
    const named =
      this.#autonaming && options.tableName === undefined
        ? { ...options, tableName: camelToSnakeCase(model.name) }
        : options;
    const declaration = new Declaration(model, attributes, named);
    const twin = [...this.#byModel.values()].find(
      (other) =>
        other.model !== model &&
        other.model.name === model.name &&
        other.bindKey === declaration.bindKey,
    );
    if (twin) {
      throw new ArgumentError(
        `A model named '${model.name}' is declared already. Import that class, or give this one another name or bindKey.`,
      );
    }
    this.#byModel.set(model, declaration);
    return declaration;
  }

  has(model: ModelClass): boolean {
    return this.#byModel.has(model);
  }

  /** In the order of declaration. */
  [Symbol.iterator](): Iterator<Declaration> {
    return this.#byModel.values();
  }
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

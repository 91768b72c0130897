/** What the typings of Sequelize leave out, or say of its classes alone. */
import type { Class } from '@quartet/db-core/binding';
import type { Association, Model, ModelStatic, Sequelize } from 'sequelize';
import { DataTypes } from 'sequelize';

/** A model as a class: its typings hide that it has a constructor. */
export function classOf<M extends Model>(model: ModelStatic<M>): Class<M> {
  return model as unknown as Class<M>;
}

/** Methods of a model's instances, with those that Sequelize adds. */
export function methodsOf(model: ModelStatic<Model>): Record<string, unknown> {
  const prototype: object = model.prototype;
  return prototype as Record<string, unknown>;
}

/** Methods that an association adds to the instances of its model. */
export function accessorsOf(association: Association): string[] {
  const { accessors } = association as Association & { accessors: Record<string, string> };
  return Object.values(accessors);
}

/** The registry of types that Sequelize documents for extensions: `DataTypes.sqlite` and so on. */
export function dialectTypes(dialect: string): Record<string, unknown> {
  const registry: object = DataTypes;
  return (registry as Record<string, Record<string, unknown> | undefined>)[dialect] ?? {};
}

/** Calls `each` with the models in order of their foreign keys: those that others refer to first. */
export function forEachModel(
  { modelManager }: Sequelize,
  each: (model: ModelStatic<Model>) => void,
): void {
  const manager: object = modelManager;
  (manager as { forEachModel(each: (model: ModelStatic<Model>) => void): void }).forEachModel(each);
}

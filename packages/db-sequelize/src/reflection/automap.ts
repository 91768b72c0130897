/**
 * Models for the tables that are there, without a line about them.
 *
 * Ports SQLAlchemy's automap: `Base.prepare(autoload_with=engine)`, `Base.classes`.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/extensions/automap.html
 */
import { mappableTables, relationsOf } from '@quartet/db-core/reflection';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import { engineOf } from '../bind-sequelize';
import type { ReflectTablesOptions } from './reflect-tables';
import { toModel } from './reflect-tables';

/** A model that was made for a table. */
export type AutomapModel = ModelStatic<Model> & (new (values?: Record<string, unknown>) => Model);

/**
 * Defines a model for each table that has none yet, and associates them by their foreign keys of one column:
 * `message.user`, `user.messages_collection`. Tables without a primary key are left out.
 *
 * @param sequelize one made by `bindSequelize`.
 * @returns the models by table.
 * @throws InvalidRequestError when one of `only` is not there, or has no primary key.
 * @example
 * const { users: User } = await automap(sequelize, { only: ['users'] });
 * Session.add(new User({ name: 'admin' }));
 */
export async function automap<const Name extends string = string>(
  sequelize: Sequelize,
  options: ReflectTablesOptions<Name> = {},
): Promise<Readonly<Record<Name, AutomapModel>>> {
  const engine = engineOf(sequelize);
  const tables = await mappableTables(engine, options);
  const models = new Map<string, ModelStatic<Model>>();
  const made = new Set<string>();
  for (const table of tables) {
    const known = Object.values(sequelize.models).find((model) => model.tableName === table.name);
    const { attributes, options: defined } = toModel(table, engine.dialect.facts);
    if (!known) made.add(table.name);
    models.set(table.name, known ?? sequelize.define(table.name, attributes, defined));
  }
  for (const { table, target, foreignKey, name, inverse } of relationsOf(tables)) {
    const [child, parent] = [models.get(table.name), models.get(target.name)];
    const [column, another] = foreignKey.columns;
    if (!child || !parent || !column || another !== undefined) continue; // Sequelize has no keys of several columns
    const { onDelete, onUpdate } = foreignKey;
    const key = { foreignKey: column, onDelete, onUpdate };
    const reference = foreignKey.references[0] as string;
    if (made.has(table.name)) child.belongsTo(parent, { ...key, as: name, targetKey: reference });
    if (made.has(target.name)) parent.hasMany(child, { ...key, as: inverse, sourceKey: reference });
  }
  return Object.fromEntries(models) as Record<Name, AutomapModel>;
}

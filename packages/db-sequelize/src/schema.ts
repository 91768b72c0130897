/**
 * Tables from models, as SQLAlchemy's `metadata.create_all()`: what is missing is made, what is there is
 * left alone. Both run outside every scope, since MariaDB commits at each of these statements.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all
 */
import { outsideScope } from '@quartet/db-core';
import { createUnlessMade } from '@quartet/db-core/binding';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import { forEachModel } from './untyped';

/** Makes the tables that are missing, those that others refer to first. */
export function createAll(sequelize: Sequelize): Promise<void> {
  return outsideScope(async () => {
    const tables = sequelize.getQueryInterface();
    for (const model of inOrder(sequelize))
      if (!(await tables.tableExists(model.getTableName())))
        await createUnlessMade(() => model.sync());
  });
}

/** Drops the models' tables and everything in them. */
export function dropAll(sequelize: Sequelize): Promise<void> {
  return outsideScope(async () => {
    for (const model of inOrder(sequelize).reverse()) await model.drop({}); // Sequelize needs the object where a column is an ENUM
  });
}

/** Models in order of their foreign keys: those that others refer to first. */
function inOrder(sequelize: Sequelize): ModelStatic<Model>[] {
  const models: ModelStatic<Model>[] = [];
  forEachModel(sequelize, (model) => models.push(model));
  return models;
}

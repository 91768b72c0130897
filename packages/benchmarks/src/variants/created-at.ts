/** When a message was written, for Sequelize used alone. */
import type { Dialect, ModelAttributeColumnOptions, Model } from 'sequelize';
import { DataTypes } from 'sequelize';

/** On SQLite the tables hold ISO 8601 with a `Z`, to which Sequelize's own DATE would add another: it is text there. */
export function createdAt(dialect: Dialect): ModelAttributeColumnOptions {
  const common = { allowNull: false, field: 'created_at' };
  if (dialect !== 'sqlite')
    return { ...common, type: DataTypes.DATE(3), defaultValue: DataTypes.NOW };
  return {
    ...common,
    type: DataTypes.STRING,
    defaultValue: () => new Date().toISOString(),
    get(this: Model) {
      return new Date(this.getDataValue('createdAt') as string);
    },
  };
}

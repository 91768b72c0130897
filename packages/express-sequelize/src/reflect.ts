/** Tables that are there, as columns of models. `@quartet/db-knex` reads keys and indexes as well. */
import { outsideScope } from '@quartet/db-core';
import type {
  ColumnDescription,
  ModelAttributeColumnOptions,
  ModelAttributes,
  Sequelize,
} from 'sequelize';

/** Columns by table. Their types are the database's own words. */
export function reflectTables(sequelize: Sequelize): Promise<Map<string, ModelAttributes>> {
  return outsideScope(async () => {
    const database = sequelize.getQueryInterface();
    const tables = new Map<string, ModelAttributes>();
    for (const table of await database.showAllTables()) {
      // MariaDB and others give objects, whatever the typings say.
      const name = typeof table === 'string' ? table : (table as { tableName: string }).tableName;
      const columns = Object.entries(await database.describeTable(name));
      tables.set(
        name,
        Object.fromEntries(columns.map(([column, description]) => [column, toColumn(description)])),
      );
    }
    return tables;
  });
}

function toColumn(column: ColumnDescription): ModelAttributeColumnOptions {
  const { type, allowNull, primaryKey, autoIncrement } = column;
  // PostgreSQL gives the default's expression, whatever the typings say.
  const byDefault = column.defaultValue as unknown;
  return {
    type,
    allowNull: allowNull || byDefault != null, // the database has a value where an object has none
    primaryKey,
    autoIncrement: autoIncrement || String(byDefault).startsWith('nextval('),
  };
}

/** Tables that are there, as columns of models. `@quartet/db-knex` reads keys and indexes as well. */
import { outsideScope } from '@quartet/db-core';
import type { ModelAttributes, Sequelize } from 'sequelize';

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
        Object.fromEntries(
          columns.map(([column, { type, allowNull, primaryKey, autoIncrement }]) => [
            column,
            { type, allowNull, primaryKey, autoIncrement: autoIncrement ?? false },
          ]),
        ),
      );
    }
    return tables;
  });
}

/**
 * `@quartet/db-sequelize/reflection`: models from the tables that are there.
 *
 * @packageDocumentation
 */
export type { AutomapModel } from './automap';
export type { ReflectedModel, ReflectTablesOptions } from './reflect-tables';
export { automap } from './automap';
export { reflectTables } from './reflect-tables';

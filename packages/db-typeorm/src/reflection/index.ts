/**
 * `@quartet/db-typeorm/reflection`: mappings and classes from the tables that are there.
 *
 * @packageDocumentation
 */
export type { AutomapClass } from './automap';
export type { ReflectTablesOptions } from './reflect-tables';
export { automap } from './automap';
export { reflectTables } from './reflect-tables';

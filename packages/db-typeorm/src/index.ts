/** `@quartet/db-typeorm`: TypeORM on a db-core engine, with classical mapping. */
export type { AutomapClass } from './automap';
export type { BindTypeormOptions } from './bind-typeorm';
export type { Mapping } from './mapper';
export type { ReflectTablesOptions } from './reflect-tables';
export type { UtcDateTimeOptions } from './utc-date-time';
import { skipInLocations } from '@quartet/db-core/binding';
export { automap } from './automap';
export { bindTypeorm } from './bind-typeorm';
export { mapper } from './mapper';
export { reflectTables } from './reflect-tables';
export { createAll, dropAll } from './schema';
export { sessionManager } from './session-manager';
export { utcDateTime } from './utc-date-time';

skipInLocations(__dirname);

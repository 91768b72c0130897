/** `@quartet/db-sequelize`: Sequelize and sequelize-typescript on a db-core engine. */
export type { AutomapModel } from './automap';
export type { BindSequelizeOptions, DecoratedModel, DefineModels } from './bind-sequelize';
export type { ReflectedModel, ReflectTablesOptions } from './reflect-tables';
export type { UtcDateTimeOptions } from './utc-date-time';
import { skipInLocations } from '@quartet/db-core/binding';
export { automap } from './automap';
export { bindSequelize } from './bind-sequelize';
export { reflectTables } from './reflect-tables';
export { createAll, dropAll } from './schema';
export { utcDateTime } from './utc-date-time';

skipInLocations(__dirname);

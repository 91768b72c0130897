/**
 * `@quartet/db-sequelize`: Sequelize and sequelize-typescript on a db-core engine.
 *
 * @packageDocumentation
 */
export type { BindSequelizeOptions, DecoratedModel, DefineModels } from './bind-sequelize';
export type { Sqlite3Driver } from './sqlite3/driver';
export type { Sqlite3Callback } from './sqlite3/statement';
export type { UtcDateTimeOptions } from './utc-date-time';
import { skipInLocations } from '@quartet/db-core/binding';
export { bindSequelize } from './bind-sequelize';
export { createAll, dropAll } from './schema';
export { keyCondition } from './sequelize-mapper';
export { sqlite3Driver } from './sqlite3/driver';
export { utcDateTime } from './utc-date-time';

skipInLocations(__dirname);

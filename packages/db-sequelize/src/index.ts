/** `@quartet/db-sequelize`: Sequelize and sequelize-typescript on a db-core engine. */
export type { BindSequelizeOptions, DecoratedModel, DefineModels } from './bind-sequelize';
export type { UtcDateTimeOptions } from './utc-date-time';
import { skipInLocations } from '@quartet/db-core/binding';
export { bindSequelize } from './bind-sequelize';
export { createAll, dropAll } from './schema';
export { utcDateTime } from './utc-date-time';

skipInLocations(__dirname);

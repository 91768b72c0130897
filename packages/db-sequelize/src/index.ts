/** `@quartet/db-sequelize`: Sequelize and sequelize-typescript on a db-core engine. */
export type { AutomapModel } from './automap';
export type { BindSequelizeOptions, DecoratedModel, DefineModels } from './bind-sequelize';
export type { ReflectedModel, ReflectTablesOptions } from './reflect-tables';
export type { Sqlite3Driver } from './sqlite3/driver';
export type { Sqlite3Callback } from './sqlite3/statement';
export type { UtcDateTimeOptions } from './utc-date-time';
export { automap } from './automap';
export { bindSequelize } from './bind-sequelize';
export { reflectTables } from './reflect-tables';
export { createAll, dropAll } from './schema';
export { sqlite3Driver } from './sqlite3/driver';
export { utcDateTime } from './utc-date-time';

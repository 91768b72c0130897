/** `@quartet/db-knex`: Knex on a db-core engine, with a light data mapper and reflection. */
export type { BindKnexOptions } from './bind-knex';
export type { UtcDateTimeOptions } from './columns';
export type { TableMapping } from './map-table';
export type {
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedTable,
} from './reflection/table';
export type { DefineTable, Tables } from './schema';
export { bindKnex, engineOf } from './bind-knex';
export { primaryId, toDate, utcDateTime } from './columns';
export { mapTable } from './map-table';
export { reflect } from './reflection/reflect';
export { createAll, dropAll } from './schema';

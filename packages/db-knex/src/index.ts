/** `@quartet/db-knex`: Knex on a db-core engine, with a light data mapper and types from the tables that are there. */
export type { BindKnexOptions } from './bind-knex';
export type { UtcDateTimeOptions } from './columns';
export type { CompiledQuery } from './compile/compile-query';
export type { WriteRowTypesOptions } from './command/write-row-types';
export type { TableMapping } from './map-table';
export type { DefineTable, Tables } from './schema';
import { skipInLocations } from '@quartet/db-core/binding';
export { bindKnex, engineOf } from './bind-knex';
export { primaryId, toDate, utcDateTime } from './columns';
export { compileQuery } from './compile/compile-query';
export { writeRowTypes } from './command/write-row-types';
export { mapTable } from './map-table';
export { rowTypes } from './row-types';
export { createAll, dropAll } from './schema';

skipInLocations(__dirname);

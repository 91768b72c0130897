/**
 * `@quartet/db-knex`: Knex on a db-core engine, with a light data mapper.
 *
 * @packageDocumentation
 */
export type { BindKnexOptions } from './bind-knex';
export type { UtcDateTimeOptions } from './columns';
export type { CompiledQuery } from './compile/compile-query';
export type { TableMapping } from './map-table';
export type { DefineTable, Tables } from './schema';
import { skipInLocations } from '@quartet/db-core/binding';
export { bindKnex, engineOf } from './bind-knex';
export { toDate } from '@quartet/db-core';
export { primaryId, utcDateTime } from './columns';
export { compileQuery } from './compile/compile-query';
export { mapTable } from './map-table';
export { compareBytewise, createAll, dropAll } from './schema';

skipInLocations(__dirname);

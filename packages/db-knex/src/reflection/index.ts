/**
 * `@quartet/db-knex/reflection`: types of rows from the tables that are there.
 *
 * @packageDocumentation
 */
export type { WriteRowTypesOptions } from './write-row-types';
export { rowTypes } from './row-types';
export { writeRowTypes } from './write-row-types';

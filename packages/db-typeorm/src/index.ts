/**
 * `@quartet/db-typeorm`: TypeORM on a db-core engine, with classical mapping.
 *
 * @packageDocumentation
 */
export type { BindTypeormOptions } from './bind-typeorm';
export type { Mapping } from './mapper';
export type { UtcDateTimeOptions } from './utc-date-time';
import { skipInLocations } from '@quartet/db-core/binding';
export { bindTypeorm } from './bind-typeorm';
export { mapper } from './mapper';
export { createAll, dropAll } from './schema';
export { sessionManager } from './session-manager';
export { utcDateTime } from './utc-date-time';

skipInLocations(__dirname);

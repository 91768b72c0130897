/**
 * `@quartet/express-sequelize`: Flask-SQLAlchemy's `db` object for Express and Sequelize.
 *
 * @packageDocumentation
 */
export type { Change, Operation } from '@quartet/db-core/observe';
export type { AppOptions, Bind } from './config';
export type { DeclareOptions, ModelClass } from './declaration';
export type { Inherited } from './model';
export type { BindSelection, RequestContextOptions, SQLAlchemyOptions } from './options';
export type { ModelsCommitted } from './signal';
import { skipInLocations } from '@quartet/db-core/binding';
export { Model } from './model';
export { SQLAlchemy } from './sqlalchemy';
export { camelToSnakeCase } from './table-name';
export { Signal } from './signal';

skipInLocations(__dirname);

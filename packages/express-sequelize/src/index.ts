/** `@quartet/express-sequelize`: Flask-SQLAlchemy's `db` object for Express and Sequelize. */
export type { AppOptions, Bind } from './config';
export type { DeclareOptions } from './declaration';
export type { SQLAlchemyOptions } from './sqlalchemy';
export { Model } from './model';
export { SQLAlchemy } from './sqlalchemy';
export { camelToSnakeCase } from './table-name';

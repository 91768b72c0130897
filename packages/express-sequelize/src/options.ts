/** Options of a `db` object and of its calls. Those of `initApp` are in `config.ts`. */
import type { EngineOptions, SessionOptions } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import type { ModelOptions } from 'sequelize';
import type { Key } from './config';
import type { Model } from './model';

/** Options of `new SQLAlchemy()`. */
export interface SQLAlchemyOptions<B extends typeof Model = typeof Model> {
  /** For every engine made by `initApp`; what is said there wins. */
  readonly engineOptions?: EngineOptions;
  /** For every session: `autoflush`, `begin`, `isolationLevel`, `class`, and the scope's own `scopefunc`. */
  readonly sessionOptions?: SessionOptions & { readonly scopefunc?: () => unknown };
  /** What `User.query` and `db.session.query(User)` are. Default: db-core's `Query`. */
  readonly queryClass?: typeof Query;
  /** A base class of your own for `db.Model`: a subclass of `Model`. */
  readonly modelClass?: B;
  /** Sequelize's options for every model; `timestamps` is false unless set here. */
  readonly define?: ModelOptions;
  /** Leave table names to Sequelize (`Users`) instead of the class's in snake_case (`user`). Default false. */
  readonly disableAutonaming?: boolean;
  /** Make missing tables in `initApp`. Default true; false where migrations make them. */
  readonly createTables?: boolean;
}

/** Databases to work on: a bind key, several (null is the default database), or `'__all__'`. */
export type BindSelection = Key | readonly Key[];

/** Options of `db.requestContext`. */
export interface RequestContextOptions {
  /** The query string of the request that is played, which `paginate()` reads. */
  readonly query?: Readonly<Record<string, unknown>>;
}

/** All options of `new SQLAlchemy(…)`, for the check of their spelling. */
export const OPTIONS: Readonly<Record<keyof SQLAlchemyOptions, true>> = {
  engineOptions: true,
  sessionOptions: true,
  queryClass: true,
  modelClass: true,
  define: true,
  disableAutonaming: true,
  createTables: true,
};

/**
 * `@quartet/db-core/drivers`: objects that look like database drivers, whose every statement runs on the
 * current session's connection. Any library that accepts its driver as an option joins the request's
 * transaction through one of them; a library that accepts none can use {@link Route} itself.
 *
 * @packageDocumentation
 */
export type { Mysql2Driver, Mysql2PromiseDriver } from './mysql2/mysql2-driver';
export type { PgDriver } from './pg/pg-driver';
export type { MysqlConnection } from '../dialects/mysql/connection';
export type { PostgresqlConnection } from '../dialects/postgresql/connection';
export type { SqliteConnection } from '../dialects/sqlite/connection';
export type { SqliteCall, SqliteColumn, SqliteOutcome, SqliteRow } from './sqlite';
export { callBack } from './callback';
export { requireDialect } from './dialect-of';
export { mysql2Driver, mysql2PromiseDriver } from './mysql2/mysql2-driver';
export { pgDriver } from './pg/pg-driver';
export { Route } from './route';
export { execSqlite, runSqlite } from './sqlite';
export { cancelStatement } from './stoppable';

/**
 * `@quartet/db-core/drivers`: objects that look like database drivers, whose every statement runs on the
 * current session's connection. Any library that accepts its driver as an option joins the request's
 * transaction through one of them; a library that accepts none can use {@link Route} itself.
 */
export type {
  AsyncSqliteStatement,
  BetterSqlite3Connection,
  BetterSqlite3Pool,
  SqliteRunResult,
} from './better-sqlite3';
export type { Mysql2Driver, Mysql2PromiseDriver } from './mysql2/mysql2-driver';
export type { PgDriver } from './pg/pg-driver';
export type { Sqlite3Callback, Sqlite3Database, Sqlite3Driver, Sqlite3Statement } from './sqlite3';
export type { SqliteOutcome } from './sqlite-statement';
export type { SqliteDialect, SqliteHandle } from '../dialects/sqlite/dialect';
export { betterSqlite3Connection, betterSqlite3Pool } from './better-sqlite3';
export { requireDialect } from './dialect-of';
export { mysql2Driver, mysql2PromiseDriver } from './mysql2/mysql2-driver';
export { pgDriver } from './pg/pg-driver';
export { Route } from './route';
export { cancelStatement } from './stoppable';
export { sqlite3Driver } from './sqlite3';
export { runStatement, toSqlite } from './sqlite-statement';

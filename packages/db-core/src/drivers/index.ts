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
export type { Mysql2Driver } from './mysql2';
export type { PgDriver } from './pg';
export type { Sqlite3Callback, Sqlite3Database, Sqlite3Driver, Sqlite3Statement } from './sqlite3';
export type { SqliteOutcome } from './sqlite-statement';
export type { MysqlConnection } from '../dialects/mysql/connection';
export type { PostgresqlConnection } from '../dialects/postgresql/connection';
export type { SqliteConnection } from '../dialects/sqlite/connection';
export { betterSqlite3Connection, betterSqlite3Pool } from './better-sqlite3';
export { requireDialect } from './dialect-of';
export { mysql2Driver } from './mysql2';
export { pgDriver } from './pg';
export { Route } from './route';
export { sqlite3Driver } from './sqlite3';
export { runStatement, toSqlite } from './sqlite-statement';

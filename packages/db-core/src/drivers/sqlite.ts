/**
 * One statement on SQLite, for the facades of its drivers. It runs on the connection that its route finds, from the handle's
 * cache of statements, and converts values by `dialects/sqlite/values.ts`.
 */
import type { SqliteConnection } from '../dialects/sqlite/connection';
import type { Engine } from '../engine/engine';
import type { Route } from './route';
import type { SqliteArguments, SqliteColumn, SqliteRow } from '../dialects/sqlite/statement';
import { type SqliteValue, toSqlite } from '../dialects/sqlite/values';
import { requireDialect } from './dialect-of';

export type { SqliteColumn, SqliteRow };

/** A statement and its values, for SQLite. */
export interface SqliteCall {
  readonly sql: string;
  /** For each `?`, in order. */
  readonly values?: readonly unknown[];
  /** For `:name`, `@name`, `$name` and `?1`: by name, without its first character. */
  readonly named?: Readonly<Record<string, unknown>>;
  /** Read every INTEGER as a bigint. Default: a number where that is exact, else text. */
  readonly bigints?: boolean;
  /** Fetch the first row only. */
  readonly first?: boolean;
  /** Refuse to change anything. */
  readonly readOnly?: boolean;
  /** Called with what was read, unless that is nothing. */
  readonly onRows?: (rows: SqliteRow[], columns: readonly SqliteColumn[]) => void;
}

/** What a statement on SQLite gave. */
export interface SqliteOutcome {
  /** Undefined for a statement that returns no rows. */
  readonly rows?: SqliteRow[];
  readonly changes: number;
  /** The key of the row that this connection inserted last. */
  readonly lastInsertRowid: number | string;
}

/**
 * @returns a promise of the outcome; of undefined for transaction control, which the connection carries out.
 *   Never throws, only rejects: with the driver's own error, or an ArgumentError for what is no value.
 */
export function runSqlite(
  engine: Engine,
  route: Route,
  call: SqliteCall,
): Promise<SqliteOutcome | undefined> {
  const { sql, values = [], named, readOnly = false } = call;
  try {
    requireDialect(engine, 'sqlite', 'runSqlite');
    const positional = values.map(toSqlite);
    const bound: SqliteArguments = named ? [positional, bindNamed(named)] : [positional];
    return route.run(sql, named ?? values, (driver) => {
      const connection = driver as SqliteConnection;
      const statement = connection.prepare(sql);
      return protecting(connection, readOnly, () => {
        if (!statement.reader) return statement.run(bound);
        const rows = call.first
          ? [statement.first(bound)].filter((row) => row !== undefined)
          : statement.rows(bound, call.bigints);
        const [row] = rows;
        if (row) call.onRows?.(rows, statement.columnsOf(row));
        if (statement.readonly) return { rows, changes: 0, lastInsertRowid: 0 };
        // A write that returns rows
        const last = connection.prepare('select changes(), last_insert_rowid()').execute([]);
        const [changes, lastInsertRowid] = last.rows[0] as [number, number | string];
        return { rows, changes, lastInsertRowid };
      });
    });
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

/** Several statements in one text, none of which may be transaction control; what they return is not read. */
export function execSqlite(
  engine: Engine,
  route: Route,
  sql: string,
  readOnly = false,
): Promise<void> {
  requireDialect(engine, 'sqlite', 'execSqlite');
  return route.run(sql, undefined, (driver) => {
    const connection = driver as SqliteConnection;
    protecting(connection, readOnly, () => void connection.client.exec(sql));
  });
}

function bindNamed(named: Readonly<Record<string, unknown>>): Record<string, SqliteValue> {
  const bound: Record<string, SqliteValue> = {};
  for (const [name, value] of Object.entries(named)) bound[name] = toSqlite(value, name);
  return bound;
}

/** Nothing else runs on the handle in the meantime: the driver is synchronous. */
function protecting<T>({ client }: SqliteConnection, readOnly: boolean, perform: () => T): T {
  if (!readOnly || client.pragma('query_only', { simple: true }) === 1) return perform();
  client.pragma('query_only = ON');
  try {
    return perform();
  } finally {
    client.pragma('query_only = OFF');
  }
}

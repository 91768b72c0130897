/** How every SQLite facade runs a statement on a handle: from its cache, whatever kind of statement it is. */
import type { Statement } from 'better-sqlite3';
import type { SqliteConnection } from '../dialects/sqlite/connection';

export { toSqlite } from '../dialects/sqlite/values';

export interface SqliteOutcome {
  /** Undefined for a statement that returns no rows. */
  readonly rows?: unknown[] | undefined;
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

/** @param values as better-sqlite3 takes them: already bindable. */
export function runStatement(
  connection: SqliteConnection,
  sql: string,
  values: readonly unknown[],
  onRead?: (statement: Statement, rows: unknown[]) => void,
): SqliteOutcome {
  const statement = connection.prepare(sql);
  if (!statement.reader) return statement.run(...values);
  const rows = statement.all(...values);
  onRead?.(statement, rows);
  return { rows, changes: 0, lastInsertRowid: 0 };
}

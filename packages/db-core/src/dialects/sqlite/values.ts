/** What better-sqlite3 can bind: instants become ISO 8601 text in UTC, booleans 0 and 1. */
export function toSqlite(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  return value;
}

/** Counts the statements of a process on SQLite. */

/** What a process, or on average a request, has sent to its database. */
export interface Statements {
  /** BEGIN, COMMIT and ROLLBACK are among them. */
  statements: number;
  /** How often the database was waited for. */
  roundTrips: number;
}

/** Wraps the methods of the drivers. @param sqlite3 a folder with that package, where it is used. @returns what is counted from now on. */
export function countInProcess(sqlite3?: string): Statements {
  const counter: Statements = { statements: 0, roundTrips: 0 };
  const wrap = (prototype: object, methods: readonly string[]): void => {
    const members = prototype as Record<string, (...args: unknown[]) => unknown>;
    for (const name of methods) {
      const original = members[name];
      if (!original) continue;
      members[name] = function counted(this: unknown, ...args) {
        counter.statements++;
        return original.apply(this, args);
      };
    }
  };
  const better = require('better-sqlite3') as new (
    file: string,
  ) => { prepare(sql: string): object };
  const statement = Object.getPrototypeOf(new better(':memory:').prepare('SELECT 1')) as object;
  wrap(statement, ['run', 'get', 'all', 'iterate']);
  wrap((better as { prototype: object }).prototype, ['exec']);
  if (sqlite3) {
    const { Database } = require(sqlite3) as { Database: { prototype: object } };
    wrap(Database.prototype, ['run', 'get', 'all', 'each', 'exec']);
  }
  return counter;
}

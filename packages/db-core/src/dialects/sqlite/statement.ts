/**
 * A prepared statement of one handle: values are bound and read by the rules of `values.ts`, and columns are named once.
 *
 * Rows are fetched as arrays, with every INTEGER as a bigint, and made into objects here: that is exact, and faster than
 * the objects that the driver makes.
 */
import type Database from 'better-sqlite3';
import type { Statement } from '../../sql/statement';
import type { CursorResult } from '../driver-connection';
import { InvalidRequestError, ProgrammingError } from '../../errors/errors';
import { nulInStatement, tooManyValues } from '../refusals';
import { wrapLimitParameters } from './limit';
import { fromSqlite, type SqliteValue, toSqlite } from './values';

export type SqliteRow = Record<string, unknown>;

/** The driver's arguments: the values of each `?`, and those of named parameters, by name without its first character. */
export type SqliteArguments =
  | readonly [readonly SqliteValue[]]
  | readonly [readonly SqliteValue[], Readonly<Record<string, SqliteValue>>];

export interface SqliteColumn {
  readonly name: string;
  /** As declared; null for an expression. */
  readonly type: string | null;
}

export class SqliteStatement {
  readonly isPragma: boolean;
  readonly #statement: Database.Statement<unknown[]>;
  /** Whether its columns may be others at the next run, or need the driver's own way to be set. */
  readonly #columnsMayChange: boolean;
  #columns: readonly SqliteColumn[] | undefined;
  #names: readonly string[] | undefined;

  /** @throws the driver's SqliteError when SQLite refuses the text; for others see {@link prepare}. */
  constructor(database: Database.Database, { text, verb, selectsStar }: Statement) {
    this.isPragma = verb === 'PRAGMA';
    this.#statement = prepare(database, text).safeIntegers(true);
    this.#columnsMayChange = selectsStar || text.includes('__proto__');
    if (this.reader) this.#statement.raw(true);
  }

  /** Its text as it was prepared. */
  get source(): string {
    return this.#statement.source;
  }

  /** Whether it returns rows. */
  get reader(): boolean {
    return this.#statement.reader;
  }

  /** Whether it changes nothing. */
  get readonly(): boolean {
    return this.#statement.readonly;
  }

  execute(params: readonly unknown[]): CursorResult {
    const bound: SqliteArguments = [params.map(toSqlite)];
    if (!this.reader) {
      const { changes, lastInsertRowid } = this.run(bound);
      return { columns: [], rows: [], rowCount: changes, lastInsertId: lastInsertRowid };
    }
    const rows = this.#statement.all(...bound) as unknown[][];
    for (const row of rows)
      for (let i = 0; i < row.length; i++) {
        const value = row[i];
        if (typeof value === 'bigint') row[i] = fromSqlite(value);
      }
    // Asked for afterwards: a statement that finds its table changed is prepared anew when it runs.
    return { columns: this.#columnNames(), rows, rowCount: rows.length };
  }

  run(bound: SqliteArguments = [[]]): { changes: number; lastInsertRowid: number | string } {
    const { changes, lastInsertRowid } = this.#statement.run(...bound);
    return { changes, lastInsertRowid: fromSqlite(BigInt(lastInsertRowid)) };
  }

  /** @param bigints leave every INTEGER a bigint. */
  rows(bound: SqliteArguments, bigints = false): SqliteRow[] {
    if (this.#columnsMayChange) return this.#objects(bound, bigints);
    const rows = this.#statement.all(...bound) as unknown[][];
    const names = this.#columnNames();
    return rows.map((row) => rowOf(names, row, bigints));
  }

  /** The first row; the others are not fetched. */
  first(bound: SqliteArguments): SqliteRow | undefined {
    if (this.#columnsMayChange) return this.#objects(bound, false)[0];
    const row = this.#statement.get(...bound) as unknown[] | undefined;
    return row && rowOf(this.#columnNames(), row, false);
  }

  /** @param row one of its rows, by which columns of a `*` are known again. */
  columnsOf(row: SqliteRow): readonly SqliteColumn[] {
    const known = this.#columns;
    if (known && (!this.#columnsMayChange || haveNames(known, Object.keys(row)))) return known;
    return (this.#columns = this.#statement.columns());
  }

  #columnNames(): readonly string[] {
    if (this.#names) return this.#names;
    const names = this.#statement.columns().map(({ name }) => name);
    if (!this.#columnsMayChange) this.#names = names;
    return names;
  }

  /** As the driver makes them, which takes longer than arrays and less than asking for the names each time. */
  #objects(bound: SqliteArguments, bigints: boolean): SqliteRow[] {
    try {
      const rows = this.#statement.raw(false).all(...bound) as SqliteRow[];
      if (bigints) return rows;
      for (const row of rows)
        for (const name in row) {
          const value = row[name];
          if (typeof value === 'bigint') row[name] = fromSqlite(value);
        }
      return rows;
    } finally {
      this.#statement.raw(true);
    }
  }
}

/**
 * @throws InvalidRequestError for a text with several statements; ArgumentError for one with more values than SQLite
 *   takes, or with a NUL character, at which SQLite would stop reading; ProgrammingError for an empty one.
 */
function prepare(database: Database.Database, text: string): Database.Statement<unknown[]> {
  if (text.includes('\0')) throw nulInStatement();
  try {
    return database.prepare<unknown[]>(wrapLimitParameters(text));
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('more than one statement')) throw severalStatements(error);
    if (message.includes('contains no statements'))
      throw new ProgrammingError('The text contains no statement.', { cause: error });
    if (message === 'too many SQL variables') throw tooManyValues('SQLite', 32_766, error);
    throw error;
  }
}

function severalStatements(cause: unknown): InvalidRequestError {
  return new InvalidRequestError(
    'SQLite runs one statement at a time, and this text has several: execute them one by one, ' +
      'or run a script outside of sessions with exec() of better-sqlite3 or sqlite3. engine.describe(sql).several tells such a text.',
    { cause },
  );
}

function rowOf(names: readonly string[], values: readonly unknown[], bigints: boolean): SqliteRow {
  const row: SqliteRow = {};
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    row[names[i] as string] = typeof value === 'bigint' && !bigints ? fromSqlite(value) : value;
  }
  return row;
}

function haveNames(columns: readonly SqliteColumn[], names: readonly string[]): boolean {
  return columns.length === names.length && columns.every(({ name }, i) => name === names[i]);
}

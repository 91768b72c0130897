/**
 * A prepared statement of one handle: values are bound and read by the rules of `values.ts`, and columns are named once.
 *
 * Rows are fetched as arrays and made into objects here, which is faster than the objects that the driver makes. It rounds
 * an INTEGER beyond 2^53 unless all are read as bigints, which takes longer: only a read that has held such a number is.
 */
import type Database from 'better-sqlite3';
import type { Statement } from '../../sql/statement';
import type { CursorResult } from '../driver-connection';
import { InvalidRequestError, ProgrammingError } from '../../errors/errors';
import { nulInStatement, tooManyValues } from '../refusals';
import { wrapLimitParameters } from './limit';
import { fromSqlite, type SqliteValue, toSqlite } from './values';

/** A row by the names of its columns. */
export type SqliteRow = Record<string, unknown>;

const LARGEST = Number.MAX_SAFE_INTEGER;

/** The driver's arguments: the values of each `?`, and those of named parameters, by name without its first character. */
export type SqliteArguments =
  | readonly [readonly SqliteValue[]]
  | readonly [readonly SqliteValue[], Readonly<Record<string, SqliteValue>>];

/** A column of a result on SQLite. */
export interface SqliteColumn {
  readonly name: string;
  /** As declared; null for an expression. */
  readonly type: string | null;
}

export class SqliteStatement {
  readonly isPragma: boolean;
  readonly #database: Database.Database;
  readonly #statement: Database.Statement<unknown[]>;
  /** Whether its columns may be others at the next run, or need the driver's own way to be set. */
  readonly #columnsMayChange: boolean;
  /** Whether INTEGERs are read as bigints: where it must not run twice, and once a number was too large. */
  #bigints: boolean;
  #columns: readonly SqliteColumn[] | undefined;
  #names: readonly string[] | undefined;

  /** @throws the driver's SqliteError when SQLite refuses the text; for others see {@link prepare}. */
  constructor(database: Database.Database, description: Statement) {
    const { text, verb, selectsStar } = description;
    this.isPragma = verb === 'PRAGMA';
    this.#database = database;
    this.#statement = prepare(database, description);
    this.#columnsMayChange = selectsStar || text.includes('__proto__');
    this.#bigints = this.reader && !this.readonly;
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
    const bound: SqliteArguments = [allToSqlite(params)];
    if (!this.reader) {
      const { changes, lastInsertRowid } = this.run(bound);
      return { columns: [], rows: [], rowCount: changes, lastInsertId: lastInsertRowid };
    }
    const rows = this.#arrays(bound);
    // Asked for afterwards: a statement that finds its table changed is prepared anew when it runs.
    return { columns: this.#columnNames(), rows, rowCount: rows.length };
  }

  run(bound: SqliteArguments = [[]]): { changes: number; lastInsertRowid: number | string } {
    const { changes, lastInsertRowid } = call(this.#statement, this.#statement.run, bound);
    if (typeof lastInsertRowid === 'number' && Number.isSafeInteger(lastInsertRowid))
      return { changes, lastInsertRowid };
    const last = this.#database.prepare<[], bigint>('select last_insert_rowid()').pluck();
    return { changes, lastInsertRowid: fromSqlite(last.safeIntegers().get() as bigint) };
  }

  /** @param bigints leave every INTEGER a bigint. */
  rows(bound: SqliteArguments, bigints = false): SqliteRow[] {
    if (this.#columnsMayChange) return this.#objects(bound, bigints);
    return this.#named(bigints ? this.#withBigints(() => this.#all(bound)) : this.#arrays(bound));
  }

  /** The first row; the others are not fetched. */
  first(bound: SqliteArguments): SqliteRow | undefined {
    if (this.#columnsMayChange) return this.#objects(bound)[0];
    return this.#named(this.#arrays(bound, true))[0];
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

  #named(rows: readonly (readonly unknown[])[]): SqliteRow[] {
    const names = this.#columnNames();
    return rows.map((row) => rowOf(names, row));
  }

  #arrays(bound: SqliteArguments, firstOnly = false): unknown[][] {
    const read = firstOnly ? () => this.#get(bound) : () => this.#all(bound);
    return this.#exact(read, isExactList, (row) => {
      for (let i = 0; i < row.length; i++) row[i] = exactly(row[i]);
    });
  }

  /** As the driver makes them, which takes longer than arrays and less than asking for the names each time. */
  #objects(bound: SqliteArguments, bigints = false): SqliteRow[] {
    const read = (): SqliteRow[] =>
      call(this.#statement, this.#statement.all, bound) as SqliteRow[];
    this.#statement.raw(false);
    try {
      if (bigints) return this.#withBigints(read);
      return this.#exact(read, isExactRow, (row) => {
        for (const name in row) row[name] = exactly(row[name]);
      });
    } finally {
      this.#statement.raw(true);
    }
  }

  /** What `read` gives, with each INTEGER a number where that is exact, else text. */
  #exact<T>(read: () => T[], isExact: (row: T) => boolean, convert: (row: T) => void): T[] {
    if (!this.#bigints) {
      const rows = read();
      if (rows.every(isExact)) return rows;
      this.#bigints = true; // read again, as from now on: it changes nothing
    }
    return this.#withBigints(() => {
      const rows = read();
      rows.forEach(convert);
      return rows;
    });
  }

  #withBigints<T>(read: () => T): T {
    this.#statement.safeIntegers(true);
    try {
      return read();
    } finally {
      this.#statement.safeIntegers(false);
    }
  }

  #all(bound: SqliteArguments): unknown[][] {
    return call(this.#statement, this.#statement.all, bound) as unknown[][];
  }

  #get(bound: SqliteArguments): unknown[][] {
    const row = call(this.#statement, this.#statement.get, bound) as unknown[] | undefined;
    return row ? [row] : [];
  }
}

const SPREAD_LIMIT = 100;

/** Calls a method of the driver's. One by one, values are bound faster than as a list; a call has room for so many. */
function call<T>(
  statement: Database.Statement<unknown[]>,
  method: (...values: unknown[]) => T,
  bound: SqliteArguments,
): T {
  const values = bound[0];
  if (bound.length > 1 || values.length > SPREAD_LIMIT)
    return Reflect.apply(method, statement, bound) as T;
  // To spread a list takes a thirtieth of what a short statement does.
  if (values.length === 0) return method.call(statement);
  if (values.length === 1) return method.call(statement, values[0]);
  if (values.length === 2) return method.call(statement, values[0], values[1]);
  return Reflect.apply(method, statement, values) as T;
}

function allToSqlite(params: readonly unknown[]): SqliteValue[] {
  const values: SqliteValue[] = [];
  for (let i = 0; i < params.length; i++) values.push(toSqlite(params[i], i));
  return values;
}

/** Whether no number in it may have been rounded. */
function isExactList(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (!isExactValue(values[i])) return false;
  return true;
}

function isExactRow(row: SqliteRow): boolean {
  for (const name in row) if (!isExactValue(row[name])) return false;
  return true;
}

function isExactValue(value: unknown): boolean {
  return typeof value !== 'number' || (value <= LARGEST && value >= -LARGEST);
}

function exactly(value: unknown): unknown {
  return typeof value === 'bigint' ? fromSqlite(value) : value;
}

/**
 * @throws InvalidRequestError for a text with several statements; ArgumentError for one with more values than SQLite
 *   takes, or with a NUL character, at which SQLite would stop reading; ProgrammingError for an empty one.
 */
function prepare(
  database: Database.Database,
  { text, hasLimitParameter }: Statement,
): Database.Statement<unknown[]> {
  if (text.includes('\0')) throw nulInStatement();
  try {
    return database.prepare<unknown[]>(hasLimitParameter ? wrapLimitParameters(text) : text);
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

function rowOf(names: readonly string[], values: readonly unknown[]): SqliteRow {
  const row: SqliteRow = {};
  for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i];
  return row;
}

function haveNames(columns: readonly SqliteColumn[], names: readonly string[]): boolean {
  return columns.length === names.length && columns.every(({ name }, i) => name === names[i]);
}

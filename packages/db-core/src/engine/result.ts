/**
 * What a statement returned. Rows are read by name, by index and by iteration, as SQLAlchemy's are.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Result
 */
import type { InspectOptions } from 'node:util';
import { inspect } from 'node:util';
import type { CursorResult } from '../dialects/driver-connection';
import { MultipleResultsFound, NoResultFound, NoSuchColumnError } from '../errors/errors';

/**
 * One row: `row.name`, `row[1]`, `[...row]`, `const [id, name] = row`, and `row.get('name')`, which refuses a name that is
 * not there. Its own enumerable properties are its columns, so it serialises and compares like a plain object; it prints as
 * a tuple, `(1, 'admin')`, also in a template string.
 * Of two columns with the same name the last is read by name, both by index. `row[n]` is the n-th value, also where
 * another column is called so, as in `select 1, 0`: a column with such a name is read by its place.
 */
export class Row implements Iterable<unknown> {
  readonly [column: string]: unknown;
  readonly [index: number]: unknown;
  readonly #columns: readonly string[];
  readonly #values: readonly unknown[];

  constructor(columns: readonly string[], values: readonly unknown[]) {
    this.#columns = columns;
    this.#values = values;
    for (let i = 0; i < columns.length; i++) {
      const name = columns[i] as string;
      if (name in Row.prototype || isIndex(name)) this.#define(name, i);
      else (this as Record<string, unknown>)[name] = values[i];
    }
    for (let i = INDEXED_COLUMNS; i < columns.length; i++) this.#define(String(i), i, false);
  }

  /** For names that an assignment would not make a property of. */
  #define(name: string, i: number, enumerable = true): void {
    if (enumerable && isIndex(name) && Number(name) !== i && Number(name) < this.#values.length)
      return;
    Object.defineProperty(this, name, { value: this.#values[i], enumerable, configurable: true });
  }

  /** The n-th value, from 0; negative counts from the end. */
  static at(row: Row, n: number): unknown {
    return row.#values.at(n);
  }

  /**
   * The value of a column, by its name or its place from 0; negative counts from the end. A column that is itself called
   * `get` hides this method: read such a row by name or by index.
   *
   * @throws NoSuchColumnError, which names the columns there are.
   */
  get<T = unknown>(column: string | number): T {
    const columns = this.#columns;
    let place = typeof column === 'string' ? columns.lastIndexOf(column) : column;
    if (typeof column === 'number' && place < 0) place += columns.length;
    if (Number.isInteger(place) && place >= 0 && place < columns.length)
      return this.#values[place] as T;
    throw new NoSuchColumnError(column, columns);
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return this.#values[Symbol.iterator]();
  }

  toString(): string {
    return this[inspect.custom](0, {});
  }

  [inspect.custom](_depth: number, options: InspectOptions): string {
    const values = this.#values.map((value) => inspect(value, options));
    return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;
  }
}

function isIndex(name: string): boolean {
  const first = name.charCodeAt(0);
  return (
    first >= 48 && first <= 57 && String(Number(name)) === name && Number.isInteger(Number(name))
  );
}

/** `row[0]`, `row[1]` …: getters on the prototype, so that they cost a row nothing; further ones are its own. */
const INDEXED_COLUMNS = 100;
for (let i = 0; i < INDEXED_COLUMNS; i++) {
  Object.defineProperty(Row.prototype, i, {
    get(this: Row) {
      return Row.at(this, i);
    },
  });
}

/** All rows of a statement, already fetched. Iterable. */
export class Result implements Iterable<Row> {
  readonly columns: readonly string[];
  /** Rows changed by a write, rows returned by a read. */
  readonly rowCount: number;
  /** The generated key of an INSERT on SQLite and MariaDB, as text beyond 2^53; on PostgreSQL write `RETURNING id`. */
  readonly lastInsertId: number | string | undefined;
  readonly #cursor: CursorResult;

  constructor(cursor: CursorResult) {
    this.columns = cursor.columns;
    this.rowCount = cursor.rowCount;
    this.lastInsertId = cursor.lastInsertId;
    this.#cursor = cursor;
  }

  /** @internal The results of one statement that ran several times: all rows, counted together; the last key. */
  static together(results: readonly Result[]): Result {
    const rows = results.flatMap((result) => [...result.#cursor.rows]);
    const rowCount = results.reduce((sum, result) => sum + result.rowCount, 0);
    const { columns = [], lastInsertId } = results.at(-1) ?? {};
    return new Result({
      columns,
      rows,
      rowCount,
      ...(lastInsertId !== undefined && { lastInsertId }),
    });
  }

  /** Every row, in the order of the answer. */
  all(): Row[] {
    return this.#cursor.rows.map((values) => new Row(this.columns, values));
  }

  /** The first row, or undefined. */
  first(): Row | undefined {
    const [values] = this.#cursor.rows;
    return values && new Row(this.columns, values);
  }

  /** @throws NoResultFound, MultipleResultsFound */
  one(): Row {
    const row = this.oneOrNone();
    if (!row) throw new NoResultFound();
    return row;
  }

  /** @throws MultipleResultsFound */
  oneOrNone(): Row | undefined {
    if (this.#cursor.rows.length > 1) throw new MultipleResultsFound();
    return this.first();
  }

  /** The first column of the first row, or undefined. */
  scalar<T = unknown>(): T | undefined {
    return this.#cursor.rows[0]?.[0] as T | undefined;
  }

  /** The first column of every row. */
  scalars<T = unknown>(): T[] {
    return this.#cursor.rows.map(([value]) => value as T);
  }

  [Symbol.iterator](): IterableIterator<Row> {
    return this.all()[Symbol.iterator]();
  }
}

/**
 * How many rows a driver's answer holds or says were changed, in the driver's own form: an object with `rows`
 * or a count, a list of rows, or mysql2's pair of rows (or a header) and fields. Undefined where it does not say.
 */
export function rowCountOf(answer: unknown): number | undefined {
  if (!Array.isArray(answer)) return countIn(answer);
  const [first, fields] = answer as unknown[];
  const isPair = answer.length === 2 && (Array.isArray(fields) || fields === undefined);
  if (!isPair) return answer.length;
  return Array.isArray(first) ? first.length : countIn(first);
}

function countIn(answer: unknown): number | undefined {
  const { rows, rowCount, changes, affectedRows } = (answer ?? {}) as Record<string, unknown>;
  if (Array.isArray(rows) && rows.length > 0) return rows.length;
  return [rowCount, changes, affectedRows].find(
    (count): count is number => typeof count === 'number',
  );
}

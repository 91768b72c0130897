/**
 * What SQLite has stored, read by what a model says of the column. SQLite knows five kinds of values and no instant,
 * boolean or decimal among them; a column's declared type (`timestamp`, `text`, none) is the word of whoever made the table.
 *
 * @see https://www.sqlite.org/datatype3.html
 * @see https://www.sqlite.org/lang_datefunc.html
 */

/** What a model says that a column holds. */
export type StoredAs = 'instant' | 'boolean' | 'number' | 'json';

/** @returns the value as a model has it; what cannot be read so is given back as it is. */
export function readAs(kind: StoredAs, stored: unknown): unknown {
  if (stored === null || stored === undefined) return stored;
  return READ[kind](stored);
}

/**
 * What a database answered for an instant, as a Date. SQLite's answer is text, or a number, where no model says what it is:
 * in a statement of plain SQL, or in the result of a function such as `max(created_at)`. Text without a zone is in UTC.
 *
 * @throws RangeError for what is no instant.
 * @example
 * const { last } = (await Session.execute('select max(created_at) as last from messages')).one();
 * toDate(last).toISOString();
 */
export function toDate(value: unknown): Date {
  const date = readAs('instant', value);
  if (date instanceof Date && !Number.isNaN(date.getTime())) return date;
  throw new RangeError(`This is no instant: ${String(value)}`);
}

const READ: Readonly<Record<StoredAs, (stored: unknown) => unknown>> = {
  instant,
  boolean,
  number,
  json: (stored) => (typeof stored === 'string' ? (JSON.parse(stored) as unknown) : stored),
};

/** A date, a time unless it is midnight, and a zone unless that is UTC: SQLite's own form, ISO 8601, and Sequelize's. */
const TEXT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(?:(Z)|([+-]\d\d):?(\d\d))?$/i;
const NUMERIC = /^[+-]?\d+(\.\d+)?$/;

function instant(stored: unknown): unknown {
  if (typeof stored === 'number' || typeof stored === 'bigint') return fromNumber(Number(stored));
  if (typeof stored !== 'string') return stored;
  const [matches, day, time = '00:00', , hours, minutes] = TEXT.exec(stored) ?? [];
  if (matches) return new Date(`${day}T${time}${hours ? `${hours}:${minutes}` : 'Z'}`);
  return NUMERIC.test(stored) ? fromNumber(Number(stored)) : new Date(stored);
}

/** SQLite's rule for numbers, its modifier `auto`, and milliseconds for what is beyond that. */
const LAST_JULIAN_DAY = 5_373_484.5;
const LAST_SECOND = 253_402_300_799;
const JULIAN_DAY_OF_1970 = 2_440_587.5;
const DAY_MS = 86_400_000;

function fromNumber(value: number): Date {
  if (value >= 0 && value < LAST_JULIAN_DAY)
    return new Date(Math.round((value - JULIAN_DAY_OF_1970) * DAY_MS));
  return new Date(Math.abs(value) <= LAST_SECOND ? value * 1_000 : value);
}

const TRUE = /^(1|t|true|y|yes|on)$/i;
const FALSE = /^(0|f|false|n|no|off)$/i;

function boolean(stored: unknown): unknown {
  if (typeof stored === 'number' || typeof stored === 'bigint') return Number(stored) !== 0;
  if (typeof stored !== 'string') return stored;
  if (TRUE.test(stored)) return true;
  return FALSE.test(stored) ? false : stored;
}

/** Text from a column that SQLite takes for one of texts. Where a number would not be exact it stays text, as elsewhere. */
function number(stored: unknown): unknown {
  if (typeof stored !== 'string') return stored;
  const [matches, sign = '', whole = '', fraction = ''] =
    /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(stored) ?? [];
  if (!matches) return stored;
  const exact = `${sign === '-' ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
  const read = Number(stored);
  return String(read) === exact ? read : stored;
}

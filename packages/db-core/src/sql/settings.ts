/**
 * Settings of a transaction: what the database is told of whom a transaction is for, such as the tenant that its policies
 * of row-level security ask for. Here is what they may be; each database's folder knows how it is told.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
 */
import { ArgumentError } from '../errors/errors';
import { isPlain } from './plain-object';

/**
 * By name: on PostgreSQL a parameter of your own (`app.tenant`) or of the server (`role`, `work_mem`), on MariaDB and
 * MySQL a user variable. An empty object says that there are none.
 */
export type Settings = Readonly<Record<string, string | number | bigint | boolean>>;

/** One that was checked, its value as text. */
export type Setting = readonly [name: string, value: string];

export const NO_SETTINGS: readonly Setting[] = Object.freeze([]);

const NAME = /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)*$/i;
/** MariaDB knows no longer ones. */
const LONGEST_NAME = 64;
/** What cannot be sent: a zero byte, and half of a pair that stands for one character. */
const NO_TEXT = /\0|\p{Surrogate}/u;

/**
 * @param given what the application gives; anything but settings is refused, so that a transaction without them never begins.
 * @throws ArgumentError for what is no plain object, a name that is none, two names that differ in case alone, and a value that
 *   is not there or is no text.
 */
export function checkedSettings(given: unknown): readonly Setting[] {
  if (!isPlain(given)) {
    throw new ArgumentError(
      `The settings of this transaction are ${kindOf(given)} instead of an object such as { 'app.tenant': 'a' }, so nothing was ` +
        'sent to the database. A function of settings answers at once, with {} where there are none.',
    );
  }
  const seen = new Set<string>();
  return Object.entries(given).map(([name, value]) => {
    assertName(name, seen);
    return [name, textOf(name, value)];
  });
}

function assertName(name: string, seen: Set<string>): void {
  if (!NAME.test(name) || name.length > LONGEST_NAME) {
    throw new ArgumentError(
      `A setting cannot be named ${JSON.stringify(name.slice(0, 2 * LONGEST_NAME))}: a name has letters, digits and underscores, ` +
        "in parts with a dot between them, such as 'app.tenant'.",
    );
  }
  const folded = name.toLowerCase();
  if (seen.has(folded))
    throw new ArgumentError(`Setting '${name}' is given twice: databases do not distinguish case.`);
  seen.add(folded);
}

function textOf(name: string, value: unknown): string {
  const isText = typeof value === 'string' && !NO_TEXT.test(value);
  if (isText || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new ArgumentError(
    `Setting '${name}' is ${kindOf(value)} instead of a text, a number or a boolean, so nothing was sent to the database.`,
  );
}

/** Values are not shown: what is refused may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'number') return String(value);
  if (typeof value === 'string') return 'a text that no database can hold';
  if (value instanceof Promise) return 'a promise';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}

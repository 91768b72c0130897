/**
 * The words in which a query refuses what it was given. A condition that no library understands would match every row, so
 * nothing is passed on that is not known; values are described by their kind alone, since they may be secrets.
 */
import { ArgumentError } from '../errors/errors';
import { isPlain } from '../sql/plain-object';

/** A mapped class as far as a query is concerned. */
export interface Asked {
  /** The class's name, for messages. */
  readonly name: string;
  /** Properties that are columns, with their types in the words of the database; '' where only the database knows. */
  readonly columns: ReadonlyMap<string, string>;
  /** Properties that make the primary key. */
  readonly primaryKey: readonly string[];
  /** A condition in the library's own form, for messages: `{ name: Like('a%') }`. */
  readonly conditionExample: string;
}

/**
 * The error for a class that is mapped a second time.
 *
 * @param target the class that is to be mapped once more
 */
export function mappedAlready(target: { readonly name: string }): ArgumentError {
  return new ArgumentError(
    `${target.name} is mapped already, and a class stands for one table. Map it once, in the file of the class, or give the second table a class of its own.`,
  );
}

/**
 * The error for something that is no condition, with an example of one.
 *
 * @param call `filter()`, `first()`, …
 */
export function noCondition(asked: Asked, given: unknown, call = 'filter()'): ArgumentError {
  const { name, columns, primaryKey, conditionExample } = asked;
  const property = [...columns.keys()].find((each) => !primaryKey.includes(each)) ?? primaryKey[0];
  return new ArgumentError(
    `${call} of ${name} was given ${describe(given)}, which is no condition: every row would match. ${WHY[typeof given] ?? ''}` +
      `Write filterBy({ ${property}: 'x' }); or const { ${property} } = columns(${name}), then filter(${property}.eq('x')); ` +
      `or a condition of the library: filter(${conditionExample}).`,
  );
}

const WHY: Readonly<Record<string, string>> = {
  boolean: "In filter(User.name == 'x') JavaScript compares, and passes on the answer alone. ",
  function: 'A function is not run for each row. ',
};

/** The error for a column that the class does not have, with those it has. */
export function noSuchColumn({ name, columns }: Asked, given: unknown): ArgumentError {
  const what =
    typeof given === 'string' ? `column '${short(given)}'` : `such column: ${describe(given)}`;
  return new ArgumentError(
    `${name} has no ${what}. Its columns: ${[...columns.keys()].join(', ')}.`,
  );
}

export function noSuchRelation(
  { name, relations }: Pick<Asked, 'name'> & { readonly relations?: ReadonlyMap<string, unknown> },
  given: unknown,
): ArgumentError {
  const what =
    typeof given === 'string' ? `relation '${short(given)}'` : `such relation: ${describe(given)}`;
  const known = [...(relations?.keys() ?? [])];
  return new ArgumentError(
    `${name} has no ${what}. ${known.length > 0 ? `Its relations: ${known.join(', ')}.` : 'It has none that with() could read: join the tables in a statement of the library.'}`,
  );
}

/** @param wanted what the column takes: `a text` */
export function wrongValue(
  asked: Asked,
  property: string,
  value: unknown,
  wanted: string,
): ArgumentError {
  return new ArgumentError(
    `${asked.name}.${property} is compared with ${describe(value)}, and takes ${wanted}. ` +
      `The columns of ${asked.name}: ${[...asked.columns.keys()].join(', ')}.`,
  );
}

/** What a value is, without showing it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint')
    return Number.isNaN(value) ? 'NaN' : 'a number';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (isPlain(value)) return Reflect.ownKeys(value).length === 0 ? 'an empty object' : 'an object';
  const { name } = (value as { constructor?: { name?: string } }).constructor ?? {};
  return `an instance of ${name || 'a class without a name'}`;
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

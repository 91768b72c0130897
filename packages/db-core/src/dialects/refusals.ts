/** Refusals before anything is sent, in the same words for every database. */
import { ArgumentError } from '../errors/errors';

export function tooManyValues(database: string, limit: number, cause?: unknown): ArgumentError {
  return new ArgumentError(
    `This statement has more values than ${database} takes, which is ${limit.toLocaleString('en')}: ` +
      'split it into several, each with a portion of the rows.',
    cause === undefined ? {} : { cause },
  );
}

export function nulInStatement(): ArgumentError {
  return new ArgumentError(
    'The text of this statement contains a NUL character (\\0), which no name and no statement can have. ' +
      'Names and values are never put into the text as they came in: pass values as parameters.',
  );
}

/**
 * The same mistakes in each style, for the comparison in the docs: what the compiler says of them, and what happens when
 * they run. Where the compiler finds one, a directive says so; the comparison is written from its errors.
 */
import type { NewUser } from '@quartet/http-contract';

export interface Mistakes {
  misspelledCondition(input: NewUser): Promise<unknown>;
  misspelledColumn(input: NewUser): Promise<unknown>;
  wrongType(input: NewUser): Promise<unknown>;
  columnLeftOut(input: NewUser): Promise<unknown>;
  unknownProperty(input: NewUser): Promise<unknown>;
  maybeMissing(input: NewUser): Promise<unknown>;
  /** @param hash something slow that comes before the write, as the hash of a password */
  missingAwait(input: NewUser, hash: () => Promise<void>): Promise<unknown>;
  forgottenCommit(input: NewUser): Promise<unknown>;
  duplicate(input: NewUser): Promise<unknown>;
}

/** In words, in the order of the tables. */
export const MISTAKES: Readonly<Record<keyof Mistakes, string>> = {
  misspelledCondition: 'a column misspelled in a condition',
  misspelledColumn: 'a column misspelled in a write',
  wrongType: 'a number where the column is a text',
  columnLeftOut: 'a required column left out',
  unknownProperty: 'a property read that the row does not have',
  maybeMissing: 'a row used that may not be there',
  missingAwait: 'a call without `await`',
  forgottenCommit: 'a write without a commit',
  duplicate: 'a value that must be unique, twice',
};

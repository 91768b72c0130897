/** Shared by the libraries that are measured alone: queries that use one as its documentation shows, with its own pool and no session. */
import type { Queries } from '@quartet/http-contract';
import type { Express } from 'express';

/** The operations that are measured. */
export type Measured = Pick<
  Queries,
  'listUsers' | 'findUser' | 'createUser' | 'listMessages' | 'createMessage'
>;

/** How a library is served and when it writes in a transaction. */
export interface Setup {
  readonly door: (queries: Measured, url: string, library: string) => Express;
  /**
   * `statement`: one row is written without a transaction, as the library's first page shows.
   * `write`: everything that writes is in one. `request`: so is everything that reads.
   */
  readonly transaction: 'statement' | 'write' | 'request';
}

/** @param around runs an operation in the library's transaction, which its queries find by themselves. */
export function inTransactions(
  queries: Measured,
  around: <T>(operation: () => Promise<T>) => Promise<T>,
): Measured {
  return {
    listUsers: (...args) => around(() => queries.listUsers(...args)),
    findUser: (...args) => around(() => queries.findUser(...args)),
    createUser: (...args) => around(() => queries.createUser(...args)),
    listMessages: (...args) => around(() => queries.listMessages(...args)),
    createMessage: (...args) => around(() => queries.createMessage(...args)),
  };
}

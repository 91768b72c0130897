/**
 * Shared by the baselines of the libraries: the contract's router over queries that use the library as its
 * documentation shows, with its own pool and no session. Only the data access differs from the apps.
 */
import { createEngine } from '@quartet/db-core';
import type { Queries } from '@quartet/http-contract';
import { createRouter } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';

/** The operations that are measured. */
export type Measured = Pick<
  Queries,
  'listUsers' | 'findUser' | 'createUser' | 'listMessages' | 'createMessage'
>;

/** @param around runs each operation, for libraries that open a transaction around it. */
export function plainApp(
  url: string,
  library: string,
  queries: Measured,
  around?: <T>(operation: () => Promise<T>) => Promise<T>,
): Express {
  const engine = createEngine(url); // only for the router's health check: it opens no connection
  const measured = around ? wrapped(queries, around) : queries;
  return express().use(
    createRouter(measured as Queries, { style: `plain-${library}`, library, engine }),
  );
}

function wrapped(
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

/**
 * Queries that are built once and run often: Knex's builder and compiler run at the first call, every other call binds its
 * values into the SQL that is there.
 *
 * Ports EF Core's compiled queries to Knex.
 *
 * @see https://learn.microsoft.com/en-us/ef/core/performance/advanced-performance-topics#compiled-queries
 */
import { isAsyncFunction } from 'node:util/types';
import type { Engine } from '@quartet/db-core';
import type { Knex } from 'knex';
import { configOf, connectionTo, engineOf } from '../bind-knex';
import { describe } from './arguments';
import type { KnexQuery } from './compiled-statement';
import { CompiledStatement, unfit } from './compiled-statement';

/** Runs on the Knex or the transaction it is given. */
export type CompiledQuery<Args extends object, Result> = (
  db: Knex,
  ...args: object extends Args ? [args?: Args] : [args: Args]
) => Promise<Result>;

/** Of one query on one engine: lists have many lengths. */
const MAX_SHAPES = 100;

/**
 * A query that `build` makes once for each engine and shape of arguments, to be called with a Knex or a transaction and
 * the arguments. It answers what awaiting the builder would: rows, for `first` a row or undefined, a number of rows changed.
 *
 * `build` is given placeholders in place of numbers, texts, dates and the like, which it may only pass on to Knex. What
 * is undefined, null, true or false it sees as it is, and lists have their length: it may branch on those, and each
 * combination is compiled by itself. All else that it refers to (`new Date()`, a variable) is fixed at the first call.
 *
 * Statements run where Knex's own run: in the current session, outside every session on a connection borrowed for one.
 * It emits Knex's events `query` and `query-error`, but not `start` and `query-response`, which carry a builder.
 *
 * @throws InvalidRequestError when `build` is async; from the call, when it reads a value (`id * 2`, `name.length`, `` `${name}%` ``),
 *   when an argument is not among the bindings, or when what it gives back is not one statement.
 * @throws ArgumentError from the call, when an argument is no value, a limit is no integer, or the Knex is not bound to an engine.
 * @example
 * const userById = compileQuery((db, { id }: { id: number }) => db('users').where({ id }).first());
 * const user = await userById(knex, { id: 1 });
 */
export function compileQuery<Result, Args extends object = object>(
  build: (db: Knex, args: Args) => PromiseLike<Result>,
): CompiledQuery<Args, Result> {
  if (isAsyncFunction(build)) throw unfit('is async');
  const compiled = new WeakMap<object, Map<string, CompiledStatement>>();

  const statementFor = (db: Knex, shape: string, args: Args): CompiledStatement => {
    const config = configOf(db);
    let shapes = compiled.get(config);
    if (!shapes) compiled.set(config, (shapes = new Map<string, CompiledStatement>()));
    let statement = shapes.get(shape);
    if (!statement) {
      statement = new CompiledStatement(db, build, args);
      if (shapes.size >= MAX_SHAPES) shapes.delete(shapes.keys().next().value as string);
      shapes.set(shape, statement);
    }
    return statement;
  };

  const run = async (db: Knex, args = {} as Args): Promise<Result> => {
    const { shape, values } = describe(args);
    const statement = statementFor(db, shape, args);
    const client = db.client as Client;
    const connection = client.transacting
      ? await client.acquireConnection()
      : sharedConnection(engineOf(db));
    const answer = await client.query(connection, statement.with(values));
    return client.postProcessResponse(
      client.processResponse(answer),
      statement.queryContext,
    ) as Result;
  };
  return run as CompiledQuery<Args, Result>;
}

/** What Knex's own runner calls. */
interface Client {
  readonly transacting?: boolean;
  acquireConnection(): Promise<object>;
  query(connection: object, query: KnexQuery): Promise<unknown>;
  processResponse(answer: unknown): unknown;
  postProcessResponse(response: unknown, queryContext: unknown): unknown;
}

const connections = new WeakMap<Engine, object>();

/** One for all callers. It is never checked out, so that each statement finds the current session by itself. */
function sharedConnection(engine: Engine): object {
  let connection = connections.get(engine);
  if (!connection) connections.set(engine, (connection = connectionTo(engine)));
  return connection;
}

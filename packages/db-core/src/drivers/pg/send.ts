/** One statement of a `pg` client on the connection that its route has found. */
import type { EventEmitter } from 'node:events';
import type { CustomTypesConfig, QueryResult } from 'pg';
import type { PostgresqlConnection } from '../../dialects/postgresql/connection';
import type { FullConfig } from '../../dialects/postgresql/untyped';
import type { Limit, Stoppable } from '../stoppable';
import type { StatementOptions } from './options';
import type { PgCallback } from './query-object';

export interface QueryConfig extends FullConfig {
  readonly callback?: PgCallback;
  readonly query_timeout?: number;
}

/**
 * What the driver is asked: without the name, which is good for one client alone. Parsers belong to the library that has set
 * them, so they travel with each statement.
 *
 * @param types of the client, where the statement has none
 */
export function configOf(
  given: QueryConfig,
  text: string,
  values: unknown[] | undefined,
  types: CustomTypesConfig | undefined,
  { binary }: StatementOptions,
): FullConfig {
  const { rowMode, rows, portal, queryMode } = given;
  const config: FullConfig = { text };
  const chosen = given.types ?? types;
  if (chosen) config.types = chosen;
  if (values) config.values = values;
  if (binary || given.binary) config.binary = true;
  if (rowMode !== undefined) config.rowMode = rowMode;
  if (rows !== undefined) config.rows = rows;
  if (portal !== undefined) config.portal = portal;
  if (queryMode !== undefined) config.queryMode = queryMode;
  return config;
}

/** The shorter of the statement's limit and the client's, undefined where there is none. */
export function limitOf(
  { query_timeout }: QueryConfig,
  { queryTimeoutMs, statementTimeoutMs }: StatementOptions,
): Limit | undefined {
  const own = query_timeout ?? queryTimeoutMs;
  const ms = shorter(own, statementTimeoutMs);
  return ms ? { ms, error: ms === own ? readTimeout : statementTimeout } : undefined;
}

/** @param config belongs to the connection from now on */
export function send(
  connection: PostgresqlConnection,
  config: FullConfig,
  limit: Limit | undefined,
  stoppable: Stoppable,
  client: EventEmitter,
): Promise<QueryResult> {
  const notice = (message: unknown): boolean => client.emit('notice', message);
  const listens = client.listenerCount('notice') > 0;
  const answer = stoppable.run(
    () => connection.query(config),
    () => connection.cancel(),
    limit,
  );
  if (!listens) return answer;
  connection.client.on('notice', notice);
  return answer.finally(() => connection.client.removeListener('notice', notice));
}

/** The answer of `pg` to transaction control: its first word. */
export function emptyResult(command: string): QueryResult {
  return { command, rowCount: null, oid: null as never, fields: [], rows: [] };
}

/** Of two limits, 0 being none. */
function shorter(one: number, other: number): number {
  return one && other ? Math.min(one, other) : one || other;
}

function readTimeout(cause: Error): Error {
  return new Error('Query read timeout', { cause });
}

/** The error of the server's own `statement_timeout`. */
function statementTimeout(cause: Error): Error {
  return Object.assign(cause, { message: 'canceling statement due to statement timeout' });
}

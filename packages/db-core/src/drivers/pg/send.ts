/** One statement of a `pg` client on the connection that its route has found. */
import type { EventEmitter } from 'node:events';
import type { CustomTypesConfig, QueryConfig as PgQueryConfig, QueryResult } from 'pg';
import type { PostgresqlConnection } from '../../dialects/postgresql/connection';
import type { Stoppable } from '../stoppable';
import type { StatementOptions } from './options';
import type { PgCallback } from './query-object';

export interface QueryConfig extends PgQueryConfig<unknown[]> {
  readonly callback?: PgCallback;
  readonly query_timeout?: number;
}

/** Parsers and limits belong to the library that has set them, so they travel with each statement. */
export function send(
  connection: PostgresqlConnection,
  given: QueryConfig,
  options: StatementOptions & { readonly types: CustomTypesConfig | undefined },
  stoppable: Stoppable,
  client: EventEmitter,
): Promise<QueryResult> {
  const { callback: _, query_timeout, ...asked } = given;
  const { statementTimeoutMs, binary } = options;
  const queryTimeoutMs = query_timeout ?? options.queryTimeoutMs;
  const limit = shorter(queryTimeoutMs, statementTimeoutMs);
  const types = asked.types ?? options.types;
  const config = { ...asked, ...(types && { types }), ...(binary && { binary }) };
  const notice = (message: unknown): boolean => client.emit('notice', message);
  const listens = client.listenerCount('notice') > 0;
  const answer = stoppable.run(
    () => connection.query(config),
    () => connection.cancel(),
    { ms: limit, error: limit === queryTimeoutMs ? readTimeout : statementTimeout },
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

/** One statement of a `pg` client on the connection that its route has found. */
import type { EventEmitter } from 'node:events';
import type { CustomTypesConfig, QueryConfig as PgQueryConfig, QueryResult } from 'pg';
import type { PostgresqlConnection } from '../../dialects/postgresql/connection';
import type { Limit, Stoppable } from '../stoppable';
import type { StatementOptions } from './options';
import type { PgCallback } from './query-object';

export interface QueryConfig extends PgQueryConfig<unknown[]> {
  readonly callback?: PgCallback;
  readonly binary?: boolean;
  readonly query_timeout?: number;
}

/** What else the driver reads of a configuration. The name is not sent on, see {@link StatementTexts}. */
const MEMBERS = ['rowMode', 'rows', 'portal', 'queryMode'] as const;

type SentConfig = PgQueryConfig<unknown[]> & Partial<Record<(typeof MEMBERS)[number], unknown>>;

/**
 * What the driver is asked. Parsers belong to the library that has set them, so they travel with each statement.
 *
 * @param types of the client, where the statement has none.
 */
export function configOf(
  given: QueryConfig,
  text: string,
  types: CustomTypesConfig | undefined,
  { binary }: StatementOptions,
): PgQueryConfig<unknown[]> {
  const config: SentConfig = { text };
  if (given.values) config.values = given.values;
  const chosen = given.types ?? types;
  if (chosen) config.types = chosen;
  if (binary || given.binary) Object.assign(config, { binary: true });
  for (const name of MEMBERS) {
    const value = (given as SentConfig)[name];
    if (value !== undefined) config[name] = value;
  }
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
  config: PgQueryConfig<unknown[]>,
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

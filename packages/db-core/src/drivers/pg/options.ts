/** The options of a client or pool of `pg`. Those about the database must agree with the engine's; those about statements are applied. */
import type { ClientConfig, CustomTypesConfig } from 'pg';
import type { DatabaseUrl } from '../../dialects/url';
import type { Engine } from '../../engine/engine';
import { ArgumentError } from '../../errors/errors';
import { type Address, assertSameDatabase, refuseOptions } from '../same-database';
import { OPTIONS } from './members';

const FACADE = 'pgDriver';

/** Options that apply to each statement. Times in milliseconds. */
export interface StatementOptions {
  readonly types: CustomTypesConfig | undefined;
  readonly binary: boolean;
  readonly pipeline: boolean;
  /** The class of the promises that are given out. */
  readonly Promise: PromiseConstructor | undefined;
  readonly statementTimeoutMs: number;
  readonly queryTimeoutMs: number;
}

/** @throws ArgumentError for an option that contradicts the engine or cannot be honoured. */
export function statementOptions(
  engine: Pick<Engine, 'url' | 'dialect'>,
  config: string | ClientConfig = {},
): StatementOptions {
  const { url } = engine;
  const asked = typeof config === 'string' ? { connectionString: config } : config;
  const { query, ...address } = readUrl(asked.connectionString);
  const given: ClientConfig & { binary?: boolean; Promise?: PromiseConstructor } = {
    ...differing(query, url.query),
    ...asked,
  };
  assertSameDatabase(FACADE, engine, said(asked, address), 5432);
  refuseOptions(FACADE, given, OPTIONS);
  assertIs(url, given, 'application_name', url.query['application_name'] ?? 'quartet');
  assertIs(url, given, 'client_encoding', 'utf8');
  return {
    types: given.types,
    binary: given.binary ?? false,
    pipeline: given.pipeline ?? false,
    Promise: given.Promise,
    statementTimeoutMs: Number(given.statement_timeout) || 0,
    queryTimeoutMs: Number(given.query_timeout) || 0,
  };
}

function differing(
  query: Readonly<Record<string, string>>,
  engines: Readonly<Record<string, string>>,
): Record<string, string> {
  const own: Record<string, string> = {};
  for (const key in query) if (query[key] !== engines[key]) own[key] = query[key] as string;
  return own;
}

/** What the options say, else what their URL does. */
function said(options: ClientConfig, inUrl: Address): Address {
  return {
    host: options.host || inUrl.host,
    port: options.port || inUrl.port,
    user: options.user || inUrl.user,
    database: options.database || inUrl.database,
    ssl: options.ssl || inUrl.ssl,
  };
}

const NO_URL = { query: {} };

function readUrl(
  connectionString: string | undefined,
): Address & { readonly query: Record<string, string> } {
  if (!connectionString) return NO_URL;
  try {
    const { hostname, port, username, pathname, searchParams } = new URL(connectionString);
    return {
      host: hostname,
      port,
      user: decodeURIComponent(username),
      database: decodeURIComponent(pathname.slice(1)),
      ssl: searchParams.has('ssl') || searchParams.has('sslmode'),
      query: Object.fromEntries(searchParams),
    };
  } catch {
    throw new ArgumentError(`${FACADE} cannot read the option connectionString: leave it out.`);
  }
}

function assertIs(
  url: DatabaseUrl,
  given: ClientConfig,
  key: 'application_name' | 'client_encoding',
  value: string,
): void {
  const asked = given[key];
  if (!asked || asked.toLowerCase().replace('-', '') === value.toLowerCase()) return;
  throw new ArgumentError(
    `${FACADE} cannot honour ${key} '${asked}', since its connections are the engine's, with '${value}': ` +
      `leave it out${key === 'application_name' ? `, or write ?application_name= into the URL ${url}` : ''}.`,
  );
}

/**
 * PostgreSQL through `pg`.
 *
 * Session settings travel in the start-up packet, so that a fresh connection costs no statement.
 *
 * @see https://node-postgres.com
 */
import type { ClientConfig } from 'pg';
import { Client } from 'pg';
import type { BeginMode } from '../../sql/transaction-options';
import type { Dialect } from '../dialect';
import type { DatabaseUrl } from '../url';
import type { PostgresqlShared } from './connection';
import { OperationalError } from '../../errors/errors';
import { createStatementReader } from '../../sql/statement';
import { answerWithin } from '../deadline';
import {
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_NETWORK_TIMEOUT_MS,
  KEEP_ALIVE_DELAY_MS,
  type DialectOptions,
} from '../options';
import { requestCancel } from './cancel';
import { PostgresqlConnection } from './connection';
import { POSTGRESQL_LEXICAL_RULES } from './lexical-rules';
import { StatementNames } from './statement-names';
import { postgresqlFacts } from './facts';

export class PostgresqlDialect implements Dialect {
  readonly name = 'postgresql';
  readonly facts = postgresqlFacts;
  readonly defaultBegin: BeginMode = 'on-first-statement';
  readonly defaultPoolSize = 10;
  readonly synchronous = false;
  readonly singleWriter = false;
  readonly lexicalRules = POSTGRESQL_LEXICAL_RULES;
  readonly describe = createStatementReader(POSTGRESQL_LEXICAL_RULES);
  serverVersion: string | undefined;
  readonly #url: DatabaseUrl;
  readonly #config: ClientConfig;
  readonly #shared: PostgresqlShared;

  constructor(url: DatabaseUrl, options: DialectOptions) {
    this.#url = url;
    this.#config = clientConfig(url, options);
    const { preparedStatements = url.query['preparedStatements'] !== 'false' } = options;
    this.#shared = {
      names: preparedStatements ? new StatementNames() : undefined,
      describe: this.describe,
      networkTimeoutMs: options.networkTimeoutMs ?? DEFAULT_NETWORK_TIMEOUT_MS,
      cancel: (processId, secretKey) => requestCancel(this.#config, processId, secretKey),
    };
  }

  placeholder(n: number): string {
    return `$${n}`;
  }

  async connect(): Promise<PostgresqlConnection> {
    const client = new Client(this.#config);
    const connection = new PostgresqlConnection(client, this.#shared);
    try {
      await answerWithin(
        this.#config.connectionTimeoutMillis ?? DEFAULT_CONNECT_TIMEOUT_MS,
        this.#logIn(client, connection),
        () => connection.destroy(),
        'The login',
      );
    } catch (cause) {
      connection.destroy();
      throw new OperationalError(`No connection to ${this.#url}: ${reason(cause)}.`, {
        cause,
        reason: 'unavailable',
      });
    }
    return connection;
  }

  async #logIn(client: Client, connection: PostgresqlConnection): Promise<void> {
    await client.connect();
    this.serverVersion ??= await serverVersion(connection);
  }

  isConnectionLimit(error: unknown): boolean {
    return (error as { cause?: { code?: unknown } }).cause?.code === '53300';
  }
}

function clientConfig(url: DatabaseUrl, options: DialectOptions): ClientConfig {
  const { host, port, username, password, database, query } = url;
  const { statementTimeoutMs, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const settings = [
    'TimeZone=UTC',
    'client_min_messages=warning',
    'standard_conforming_strings=on',
  ];
  if (statementTimeoutMs) settings.push(`statement_timeout=${statementTimeoutMs}`);
  return {
    host: query['host'] ?? host ?? 'localhost',
    port: port ?? 5432,
    database,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    application_name: query['application_name'] ?? 'quartet',
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    ...(username !== undefined && { user: username }),
    ...(password !== undefined && { password }),
    ...(query['sslmode'] &&
      query['sslmode'] !== 'disable' && {
        ssl: { rejectUnauthorized: query['sslmode'] !== 'require' },
      }),
  };
}

async function serverVersion(connection: PostgresqlConnection): Promise<string> {
  const { rows } = await connection.execute('SHOW server_version', []);
  return String(rows[0]?.[0]).split(' ')[0] as string;
}

function reason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

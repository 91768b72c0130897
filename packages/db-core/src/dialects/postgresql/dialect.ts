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
import { encryptions, refusesEncryption, TLS_MODES, type Encryption } from '../tls';
import { StatementNames } from './statement-names';
import { postgresqlFacts } from './facts';
import { TYPES_IN_UTC } from './without-zone';

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
  readonly encrypted: boolean;
  readonly #config: ClientConfig;
  readonly #encryptions: readonly Encryption[];
  /** What the last connection was made with: a request to cancel goes the same way. */
  #encryption: Encryption = false;
  readonly #shared: PostgresqlShared;

  constructor(url: DatabaseUrl, options: DialectOptions) {
    this.#url = url;
    this.#config = clientConfig(url, options);
    this.#encryptions = encryptionsOf(url, options);
    this.encrypted = this.#encryptions.some((encryption) => encryption !== false);
    const { preparedStatements = true } = options;
    this.#shared = {
      names: preparedStatements ? new StatementNames() : undefined,
      describe: this.describe,
      networkTimeoutMs: options.networkTimeoutMs ?? DEFAULT_NETWORK_TIMEOUT_MS,
      cancel: (processId, secretKey) =>
        requestCancel(withEncryption(this.#config, this.#encryption), processId, secretKey),
    };
  }

  placeholder(n: number): string {
    return `$${n}`;
  }

  async connect(): Promise<PostgresqlConnection> {
    const [last = false, ...before] = this.#encryptions.toReversed();
    for (const encryption of before.toReversed()) {
      try {
        return await this.#connectBy(encryption);
      } catch (error) {
        if (!refusesEncryption((error as Error).cause)) throw error;
      }
    }
    return this.#connectBy(last);
  }

  async #connectBy(encryption: Encryption): Promise<PostgresqlConnection> {
    const client = new Client(withEncryption(this.#config, encryption));
    addStartupSettings(client, this.#url);
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
    this.#encryption = encryption;
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
  return {
    host: host ?? 'localhost',
    port: port ?? 5432,
    database,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: TYPES_IN_UTC,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    application_name: query['application_name'] ?? 'quartet',
    enableChannelBinding: query['channel_binding']?.toLowerCase() === 'prefer',
    ...(query['options'] !== undefined && { options: query['options'] }),
    ...(statementTimeoutMs && { statement_timeout: statementTimeoutMs }),
    ...(username !== undefined && { user: username }),
    ...(password !== undefined && { password }),
  };
}

/** A copy each time, since `pg` hides the key in the one it is given. */
function withEncryption(config: ClientConfig, encryption: Encryption): ClientConfig {
  if (!encryption) return { ...config, ssl: false };
  const { options, checksName } = encryption;
  return {
    ...config,
    ssl: { ...options, ...(!checksName && { checkServerIdentity: () => undefined }) },
  };
}

/**
 * Each as a parameter of its own of the start-up packet, which a pooler passes on or keeps track of: `options` is refused
 * by PgBouncer. They come before those that the role or the database has.
 */
function addStartupSettings(client: Client, { query }: DatabaseUrl): void {
  const schema = query['schema'];
  const searchPath = query['search_path'] ?? (schema && `"${schema.replaceAll('"', '""')}"`);
  const starting = client as unknown as { getStartupConf(): object };
  const ofPg = starting.getStartupConf.bind(client);
  starting.getStartupConf = () => ({
    ...ofPg(),
    TimeZone: 'UTC',
    standard_conforming_strings: 'on',
    ...(searchPath && { search_path: searchPath }),
  });
}

function encryptionsOf(url: DatabaseUrl, { ssl }: DialectOptions): readonly Encryption[] {
  const { sslmode, ssl: asked, sslrootcert, sslcert, sslkey } = url.query;
  const files = {
    ca: sslrootcert,
    cert: sslcert,
    key: sslkey,
    passphrase: url.secret('sslpassword'),
  };
  const implied = asked?.toLowerCase() === 'true' ? 'require' : sslrootcert && 'verify-full';
  const mode = (sslmode ?? implied ?? process.env['PGSSLMODE'] ?? 'disable').toLowerCase();
  if (mode === 'no-verify') return encryptions(ssl, 'require', { ...files, ca: undefined });
  return encryptions(ssl, TLS_MODES.find((known) => known === mode) ?? 'verify-full', files);
}

async function serverVersion(connection: PostgresqlConnection): Promise<string> {
  const { rows } = await connection.execute('SHOW server_version', []);
  return String(rows[0]?.[0]).split(' ')[0] as string;
}

function reason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

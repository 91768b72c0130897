/**
 * PostgreSQL through `pg`.
 *
 * Settings are in the start-up packet, so that a fresh connection costs no statement; behind a pooler they travel with
 * each transaction.
 *
 * @see https://node-postgres.com
 */
import type { ClientConfig } from 'pg';
import { Client } from 'pg';
import type { BeginMode, IsolationLevel } from '../../sql/transaction-options';
import { beginModeAt } from '../../sql/transaction-options';
import type { Dialect } from '../dialect';
import type { DatabaseUrl } from '../url';
import type { PostgresqlShared } from './connection';
import { ArgumentError, OperationalError } from '../../errors/errors';
import { createStatementReader } from '../../sql/statement';
import { answerWithin } from '../deadline';
import {
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_NETWORK_TIMEOUT_MS,
  idleInTransactionTimeoutOf,
  KEEP_ALIVE_DELAY_MS,
  type DialectOptions,
} from '../options';
import { requestCancel } from './cancel';
import { DIALECTS } from '../names';
import { PostgresqlConnection } from './connection';
import { POSTGRESQL_LEXICAL_RULES } from './lexical-rules';
import { connectInOneOf, encryptions, TLS_MODES, type Encryption } from '../tls';
import { StatementNames } from './statement-names';
import { postgresqlFacts } from './facts';
import { keepsNamesApart, reached, refusesSetting } from './pooler';
import { postgresqlPositions } from './positions';
import { settingsOf, settingStatement, startWith, type Settings } from './settings';
import { TYPES_IN_UTC } from './without-zone';

export class PostgresqlDialect implements Dialect {
  readonly name = 'postgresql';
  readonly facts = postgresqlFacts;
  readonly defaultPoolSize = 10;
  readonly synchronous = false;
  readonly singleWriter = false;
  readonly lexicalRules = POSTGRESQL_LEXICAL_RULES;
  readonly describe = createStatementReader(POSTGRESQL_LEXICAL_RULES);
  serverVersion: string | undefined;
  /** Of a transaction that asks for none: by the URL, the role, the database or the server. */
  #isolationLevel: IsolationLevel | undefined;
  readonly positions = postgresqlPositions;
  readonly encrypted: boolean;
  readonly #options: DialectOptions;
  /** In which ways each server is tried. */
  readonly #encryptions: ReadonlyMap<DatabaseUrl, readonly Encryption[]>;
  readonly #shared: PostgresqlShared;
  /** Whether the last connection was a pooler's; undefined before the first. */
  #isPooled: boolean | undefined;
  /** Whether a pooler is to be asked what it does with prepared statements. */
  #asksForNames: boolean;

  constructor(servers: readonly DatabaseUrl[], options: DialectOptions) {
    this.#options = options;
    this.#encryptions = new Map(servers.map((url) => [url, encryptionsOf(url, options)]));
    this.encrypted = [...this.#encryptions.values()].flat().some((way) => way !== false);
    const { preparedStatements } = options;
    this.#asksForNames = preparedStatements === undefined;
    this.#shared = {
      names: new StatementNames(preparedStatements !== false, options.logger),
      describe: this.describe,
      networkTimeoutMs: options.networkTimeoutMs ?? DEFAULT_NETWORK_TIMEOUT_MS,
    };
  }

  placeholder(n: number): string {
    return `$${n}`;
  }

  beginMode(isolationLevel = this.#isolationLevel): BeginMode {
    return beginModeAt(isolationLevel);
  }

  async connect(url: DatabaseUrl): Promise<PostgresqlConnection> {
    return connectInOneOf(this.#encryptions.get(url) ?? [], (way) => this.#connectBy(url, way));
  }

  async #connectBy(url: DatabaseUrl, encryption: Encryption): Promise<PostgresqlConnection> {
    const config = clientConfig(url, this.#options, encryption);
    const client = new Client({ ...config }); // a copy, since `pg` hides the key in the one it is given
    const settings = settingsOf(client, url);
    const started = !this.#isPooled && Object.keys(settings).length > 0;
    startWith(client, started ? settings : {});
    const connection = new PostgresqlConnection(client, this.#shared, {
      node: url.node,
      cancel: (processId, secretKey) => requestCancel(config, processId, secretKey),
    });
    try {
      await answerWithin(
        config.connectionTimeoutMillis ?? DEFAULT_CONNECT_TIMEOUT_MS,
        this.#logIn(client, connection, settings, started),
        () => connection.destroy(),
        'The login',
      );
    } catch (cause) {
      connection.destroy();
      if (started && refusesSetting(cause)) {
        this.#isPooled = true;
        return this.#connectBy(url, encryption);
      }
      if (cause instanceof ArgumentError) throw cause;
      throw new OperationalError(`No connection to ${url}: ${reason(cause)}.`, {
        cause,
        reason: 'unavailable',
      });
    }
    return connection;
  }

  /** @param started whether the settings were in the start-up packet; a pooler may have left them out */
  async #logIn(
    client: Client,
    connection: PostgresqlConnection,
    settings: Settings,
    started: boolean,
  ): Promise<void> {
    await client.connect();
    const hasSettings = Object.keys(settings).length > 0;
    if (this.serverVersion !== undefined && !hasSettings) return;
    const { version, isPooled, isolationLevel } = await reached(client);
    if (isPooled && this.#asksForNames && !(await keepsNamesApart(client)))
      this.#shared.names.turnOff();
    if (isPooled) this.#asksForNames = false;
    if (hasSettings && (isPooled || !started)) connection.carry(settingStatement(settings));
    this.#isPooled = isPooled;
    this.serverVersion ??= version;
    this.#isolationLevel ??= isolationLevel;
  }

  isConnectionLimit(error: unknown): boolean {
    const { code, message = '' } =
      (error as { cause?: { code?: string; message?: string } }).cause ?? {};
    return code === '53300' || message.startsWith('no more connections allowed'); // PgBouncer's words
  }
}

function clientConfig(
  url: DatabaseUrl,
  options: DialectOptions,
  encryption: Encryption,
): ClientConfig {
  const { host, port, username, password, database, query } = url;
  const { statementTimeoutMs, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const idleTimeoutMs = idleInTransactionTimeoutOf(options);
  return {
    host: host ?? 'localhost',
    port: port ?? DIALECTS.postgresql.port,
    database,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: TYPES_IN_UTC,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    application_name: query['application_name'] ?? 'quartet',
    enableChannelBinding: query['channel_binding']?.toLowerCase() === 'prefer',
    ...(query['options'] !== undefined && { options: query['options'] }),
    ...(statementTimeoutMs && { statement_timeout: statementTimeoutMs }),
    ...(idleTimeoutMs && { idle_in_transaction_session_timeout: idleTimeoutMs }),
    ...(username !== undefined && { user: username }),
    ...(password !== undefined && { password }),
    ssl: encryption && {
      ...encryption.options,
      ...(!encryption.checksName && { checkServerIdentity: () => undefined }),
    },
  };
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

function reason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

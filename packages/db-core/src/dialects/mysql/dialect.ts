/**
 * MariaDB and MySQL through `mysql2`.
 *
 * Instants travel in UTC; `CLIENT_FOUND_ROWS` is left on, so that an UPDATE counts the rows it matched,
 * as SQLAlchemy's rowcount does.
 *
 * @see https://sidorares.github.io/node-mysql2/docs
 */
import { isIP } from 'node:net';
import type { Connection as Client, ConnectionOptions, QueryError, SslOptions } from 'mysql2';
import { createConnection } from 'mysql2';
import type { BeginMode, IsolationLevel } from '../../sql/transaction-options';
import { beginModeAt, isolationLevelOf } from '../../sql/transaction-options';
import type { Dialect } from '../dialect';
import type { CursorResult } from '../driver-connection';
import type { DatabaseUrl } from '../url';
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
import { DIALECTS } from '../names';
import { MysqlConnection } from './connection';
import { mysqlFacts } from './facts';
import { MYSQL_LEXICAL_RULES } from './lexical-rules';
import { Messenger } from './messenger';
import { mysqlPositions, TRACK_POSITION } from './positions';
import { connectInOneOf, encryptions, type Encryption, type TlsMode } from '../tls';
import { textSettings } from './text-settings';
import { VALUES } from './values';

/**
 * The server's version; which server it is: the same connection number means another connection elsewhere; its modes; its
 * isolation level, which MySQL and MariaDB name differently, and each skips the other's comment.
 */
const SERVER_IDENTITY =
  "SELECT version(), concat_ws('/', @@hostname, @@port, @@server_id, @@datadir), @@sql_mode, " +
  '/*M! @@tx_isolation */ /*!50720 @@transaction_isolation */';

/** Of the server, of the server for one user, of this user. */
const CONNECTION_LIMITS = new Set([1040, 1203, 1226]);

export class MysqlDialect implements Dialect {
  readonly name = 'mysql';
  readonly defaultPoolSize = 10;
  readonly synchronous = false;
  readonly singleWriter = false;
  readonly facts = mysqlFacts;
  readonly lexicalRules = MYSQL_LEXICAL_RULES;
  readonly describe = createStatementReader(MYSQL_LEXICAL_RULES);
  serverVersion: string | undefined;
  /** Of a transaction that asks for none, as the last login has found it. */
  #isolationLevel: IsolationLevel | undefined;
  readonly positions = mysqlPositions;
  readonly encrypted: boolean;
  readonly #options: DialectOptions;
  /** In which ways each server is tried. */
  readonly #encryptions: ReadonlyMap<DatabaseUrl, readonly Encryption[]>;
  readonly #networkTimeoutMs: number;
  readonly #messengers = new Map<DatabaseUrl, Messenger>();

  constructor(servers: readonly DatabaseUrl[], options: DialectOptions) {
    this.#options = options;
    this.#encryptions = new Map(servers.map((url) => [url, encryptionsOf(url, options)]));
    this.encrypted = [...this.#encryptions.values()].flat().some((way) => way !== false);
    this.#networkTimeoutMs = options.networkTimeoutMs ?? DEFAULT_NETWORK_TIMEOUT_MS;
  }

  /** Whether the server is MariaDB rather than MySQL; undefined before the first connection. */
  get isMariaDb(): boolean | undefined {
    return this.serverVersion === undefined ? undefined : /mariadb/i.test(this.serverVersion);
  }

  placeholder(): string {
    return '?';
  }

  beginMode(isolationLevel = this.#isolationLevel): BeginMode {
    return beginModeAt(isolationLevel);
  }

  async connect(url: DatabaseUrl): Promise<MysqlConnection> {
    const [connection, server, modes] = await this.#connect(url);
    try {
      const { begin = this.beginMode(this.#options.isolationLevel) } = this.#options;
      await connection.prepareSession(server, this.#settings(modes), begin !== 'on-first-write');
    } catch (cause) {
      if (!(cause instanceof ArgumentError)) throw unreachable(url, connection, cause);
      connection.destroy();
      throw cause;
    }
    return connection;
  }

  isConnectionLimit(error: unknown): boolean {
    return CONNECTION_LIMITS.has((error as { cause?: { errno?: number } }).cause?.errno ?? 0);
  }

  /** A connection that is logged in, the name of the server that it has reached, and that one's `sql_mode`. */
  async #connect(
    url: DatabaseUrl,
  ): Promise<[connection: MysqlConnection, server: string, modes: string]> {
    return connectInOneOf(this.#encryptions.get(url) ?? [], (way) => this.#connectBy(url, way));
  }

  async #connectBy(
    url: DatabaseUrl,
    encryption: Encryption,
  ): Promise<[connection: MysqlConnection, server: string, modes: string]> {
    const client = createConnection(clientConfig(url, this.#options, encryption));
    const connection = new MysqlConnection(client, {
      node: url.node,
      networkTimeoutMs: this.#networkTimeoutMs,
      ask: (sql) => this.#messengerTo(url).ask(sql),
    });
    try {
      const { rows } = await answerWithin(
        this.#options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
        logIn(client, connection),
        () => connection.destroy(),
        'The login',
      );
      this.serverVersion ??= String(rows[0]?.[0]);
      this.#isolationLevel = isolationLevelOf(String(rows[0]?.[3]));
      return [connection, String(rows[0]?.[1]), String(rows[0]?.[2])];
    } catch (cause) {
      throw unreachable(url, connection, cause);
    }
  }

  #messengerTo(url: DatabaseUrl): Messenger {
    const known = this.#messengers.get(url);
    if (known) return known;
    const messenger = new Messenger(() => this.#connect(url), this.#networkTimeoutMs);
    this.#messengers.set(url, messenger);
    return messenger;
  }

  #settings(modes: string): string[] {
    const { statementTimeoutMs } = this.#options;
    const settings = [...textSettings(modes), "time_zone = '+00:00'"];
    if (this.#options.readsFrom === 'replicas' && this.isMariaDb) settings.push(TRACK_POSITION);
    if (statementTimeoutMs) {
      settings.push(
        this.isMariaDb
          ? `max_statement_time = ${statementTimeoutMs / 1000}`
          : `max_execution_time = ${statementTimeoutMs}`,
      );
    }
    const idleTimeoutMs = idleInTransactionTimeoutOf(this.#options);
    if (idleTimeoutMs && this.isMariaDb)
      settings.push(`idle_transaction_timeout = ${Math.ceil(idleTimeoutMs / 1000)}`);
    else if (this.#options.idleInTransactionTimeoutMs)
      throw new ArgumentError(
        'MySQL has no limit for the time that a session is idle in a transaction: leave idleInTransactionTimeoutMs out.',
      );
    return settings;
  }
}

function unreachable(
  url: DatabaseUrl,
  connection: MysqlConnection,
  cause: unknown,
): OperationalError {
  connection.destroy();
  const { message, code } = cause as QueryError;
  return new OperationalError(`No connection to ${url}: ${message || code}.`, {
    cause,
    reason: 'unavailable',
  });
}

async function logIn(client: Client, connection: MysqlConnection): Promise<CursorResult> {
  await new Promise<void>((resolve, reject) =>
    client.connect((error) => (error ? reject(error) : resolve())),
  );
  return await connection.execute(SERVER_IDENTITY, []);
}

function clientConfig(
  url: DatabaseUrl,
  options: DialectOptions,
  encryption: Encryption,
): ConnectionOptions {
  const { host, port, username, password, database, query } = url;
  const socketPath = query['socket'] ?? query['unix_socket'];
  return {
    host: host ?? 'localhost',
    port: port ?? DIALECTS.mysql.port,
    database,
    charset: 'utf8mb4',
    ...VALUES,
    stringifyObjects: true,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    connectTimeout: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    ...(socketPath !== undefined && { socketPath }),
    ...(username !== undefined && { user: username }),
    ...(password !== undefined && { password }),
    ...(encryption && {
      ssl: { ...encryption.options, verifyIdentity: encryption.checksName } as SslOptions,
    }),
  };
}

/** The names of the `mysql` program, in libpq's words. */
const MODES: Readonly<Record<string, TlsMode>> = {
  disabled: 'disable',
  preferred: 'prefer',
  required: 'require',
  verify_ca: 'verify-ca',
  verify_identity: 'verify-full',
};

/** @throws ArgumentError where the server's name is to be verified and there is only an address. */
function encryptionsOf(
  { query, host = 'localhost' }: DatabaseUrl,
  { ssl }: DialectOptions,
): readonly Encryption[] {
  const files = { ca: query['ssl-ca'], cert: query['ssl-cert'], key: query['ssl-key'] };
  const asked =
    query['ssl']?.toLowerCase() === 'true' ||
    Object.values(files).some((file) => file !== undefined);
  const mode = MODES[query['ssl-mode']?.toLowerCase() ?? ''] ?? (asked ? 'verify-ca' : 'disable');
  const ways = encryptions(ssl, mode, files);
  const checksName = ways.some(
    (way) => way && way.checksName && way.options.rejectUnauthorized !== false,
  );
  if (checksName && isIP(host) !== 0)
    throw new ArgumentError(
      `mysql2 cannot verify that a certificate is for the address ${host}: write the host's name, or ssl-mode=VERIFY_CA.`,
    );
  return ways;
}

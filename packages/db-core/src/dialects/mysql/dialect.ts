/**
 * MariaDB and MySQL through `mysql2`.
 *
 * Instants travel in UTC; `CLIENT_FOUND_ROWS` is left on, so that an UPDATE counts the rows it matched,
 * as SQLAlchemy's rowcount does.
 *
 * @see https://sidorares.github.io/node-mysql2/docs
 */
import { isAnyArrayBuffer } from 'node:util/types';
import type { Connection as Client, FieldPacket, QueryError, ResultSetHeader } from 'mysql2';
import { createConnection } from 'mysql2';
import type { BeginMode, BeginWay, CursorResult, Dialect, TransactionOptions } from '../dialect';
import type { EngineOptions } from '../../engine/engine';
import type { DatabaseUrl } from '../url';
import { ArgumentError, OperationalError } from '../../errors/errors';
import { assertSingleValue } from '../single-value';
import { plainReadJudge } from '../../sql/statement';

/** Flags of an OK packet, which answers every statement that has no rows. */
const SERVER_STATUS_IN_TRANS = 1;
const SERVER_STATUS_AUTOCOMMIT = 2;
/** Errors at which InnoDB rolls the whole transaction back: deadlock, and changed since the snapshot. */
const TRANSACTION_LOST = new Set([1213, 1020]);

/** What ends a transaction by itself; none of them answers with rows. */
const COMMITS_BY_ITSELF =
  /^\s*(?:(?:create|drop)\s+(?!temporary\b)|alter|rename|truncate|grant|revoke|lock|flush|install|uninstall)\b/i;

/** What a mysql2 callback gives, as a pair: `[rows or header, fields]`. */
export type MysqlResult = readonly [rows: unknown, fields: FieldPacket[] | undefined];

export class MysqlDialect implements Dialect<Client> {
  readonly name = 'mysql';
  readonly defaultBegin: BeginMode = 'on-first-statement';
  readonly defaultPoolSize = 10;
  readonly synchronous = false;
  readonly singleWriter = false;
  serverVersion: string | undefined;
  readonly #url: DatabaseUrl;
  readonly #options: EngineOptions;
  readonly #dead = new WeakSet<Client>();
  readonly #isPlainRead = plainReadJudge({ backslashEscapes: true });
  /** Clients on which the first statement opens a transaction, so that nothing need be sent before it. */
  readonly #manual = new WeakSet<Client>();
  /** Clients whose transaction the server has told of. */
  readonly #told = new WeakSet<Client>();

  constructor(url: DatabaseUrl, options: EngineOptions) {
    this.#url = url;
    this.#options = options;
  }

  /** Whether sessions open transactions by `autocommit = 0`; where plain reads run outside of them it would go on and off. */
  get #beginsByItself(): boolean {
    return this.#options.begin !== 'on-first-write';
  }

  /** Whether the server is MariaDB rather than MySQL; undefined before the first connection. */
  get isMariaDb(): boolean | undefined {
    return this.serverVersion === undefined ? undefined : /mariadb/i.test(this.serverVersion);
  }

  placeholder(): string {
    return '?';
  }

  async connect(): Promise<Client> {
    const client = this.#client();
    client.on('error', () => this.#dead.add(client)); // a broken idle connection: noticed at the next checkout
    client.on('end', () => this.#dead.add(client));
    try {
      await new Promise<void>((resolve, reject) =>
        client.connect((error) => (error ? reject(error) : resolve())),
      );
      this.serverVersion ??= String(
        (await this.execute(client, 'SELECT VERSION()', [])).rows[0]?.[0],
      );
      await this.control(client, this.#settings());
      if (this.#beginsByItself) this.#manual.add(client);
    } catch (cause) {
      this.#dead.add(client);
      client.destroy();
      const { message, code } = cause as QueryError;
      throw new OperationalError(`No connection to ${this.#url}: ${message || code}.`, {
        cause,
        reason: 'unavailable',
      });
    }
    return client;
  }

  async close(client: Client): Promise<void> {
    const dead = this.#dead.has(client);
    this.#dead.add(client);
    if (dead) client.destroy();
    else await new Promise<void>((resolve) => client.end(() => resolve()));
  }

  isAlive(client: Client): boolean {
    return !this.#dead.has(client);
  }

  ping(client: Client): Promise<void> {
    return new Promise((resolve, reject) =>
      client.ping((error) => (error ? reject(error) : resolve())),
    );
  }

  /** Asks the server, over a connection of its own, to stop what this one is doing. */
  async cancel(client: Client): Promise<void> {
    const messenger = this.#client();
    messenger.on('error', () => undefined);
    try {
      await query(messenger, { sql: `KILL QUERY ${this.connectionId(client)}` });
    } finally {
      messenger.destroy();
    }
  }

  connectionId(client: Client): number {
    return client.threadId;
  }

  async execute(client: Client, sql: string, params: readonly unknown[]): Promise<CursorResult> {
    const values = params.map(toMysql);
    const [rows, fields] = await this.#noticing(
      client,
      query(client, { sql, rowsAsArray: true, values }),
    );
    if (!Array.isArray(rows)) {
      const { affectedRows, insertId, serverStatus } = rows as ResultSetHeader;
      return {
        columns: [],
        rows: [],
        rowCount: affectedRows,
        lastInsertId: insertId,
        serverStatus,
      };
    }
    return {
      columns: (fields ?? []).map(({ name }) => name),
      rows: rows as unknown[][],
      rowCount: rows.length,
    };
  }

  control(client: Client, sql: string): Promise<unknown> {
    return this.#noticing(client, query(client, { sql }));
  }

  begin(
    client: Client,
    _owner: object,
    options: TransactionOptions,
    _write: boolean,
    alone: boolean,
  ): Promise<void> | BeginWay {
    const { isolationLevel, readOnly } = options;
    if (isolationLevel || readOnly || alone || !this.#beginsByItself)
      return this.#start(client, options);
    return this.#manual.has(client) ? 'implicit' : this.#setAutocommit(client, false);
  }

  /** A statement for itself: on a connection where the first one opens a transaction, that is switched off. */
  autocommit<T>(client: Client, perform: (client: Client) => T | Promise<T>): T | Promise<T> {
    if (!this.#manual.has(client)) return perform(client);
    return this.#setAutocommit(client, true).then(() => perform(client));
  }

  async commit(client: Client): Promise<void> {
    await this.control(client, 'COMMIT');
  }

  ended(client: Client): void {
    this.#told.delete(client);
  }

  isWrite(_client: Client, sql: string): boolean {
    return !this.#isPlainRead(sql);
  }

  /** Told by the status flags of an OK packet (writes, DDL), which a result set does not carry. */
  inTransaction(
    client: Client,
    result: unknown,
    error?: unknown,
    sql?: string,
  ): boolean | undefined {
    if (error !== undefined) {
      const { errno, fatal } = error as QueryError;
      if (fatal) this.#dead.add(client);
      return TRANSACTION_LOST.has(errno ?? 0) ? false : undefined;
    }
    const header = (Array.isArray(result) ? result[0] : result) as
      | { serverStatus?: unknown }
      | undefined;
    const status = header?.serverStatus;
    return typeof status === 'number' ? this.#isOpen(client, status, sql) : undefined;
  }

  /** Before its first access to a table the server does not call a transaction open that no BEGIN has opened. */
  #isOpen(client: Client, status: number, sql: string | undefined): boolean | undefined {
    if ((status & SERVER_STATUS_AUTOCOMMIT) === 0) this.#manual.add(client);
    else this.#manual.delete(client);
    if ((status & SERVER_STATUS_IN_TRANS) !== 0) {
      this.#told.add(client);
      return true;
    }
    const ended = this.#told.delete(client) || !this.#manual.has(client);
    return ended || COMMITS_BY_ITSELF.test(sql ?? '') ? false : undefined;
  }

  async #start(client: Client, { isolationLevel, readOnly }: TransactionOptions): Promise<void> {
    if (isolationLevel)
      await this.control(client, `SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`);
    await this.control(client, readOnly ? 'START TRANSACTION READ ONLY' : 'START TRANSACTION');
    this.#told.add(client);
  }

  async #setAutocommit(client: Client, on: boolean): Promise<void> {
    await this.control(client, `SET autocommit = ${on ? 1 : 0}`);
    if (on) this.#manual.delete(client);
    else this.#manual.add(client);
  }

  /** A connection that broke during a call tells its caller, and nobody else. */
  async #noticing<T>(client: Client, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if ((error as QueryError).fatal) this.#dead.add(client);
      throw error;
    }
  }

  #settings(): string {
    const { statementTimeoutMs } = this.#options;
    const settings = ["time_zone = '+00:00'"];
    if (this.#beginsByItself) settings.push('autocommit = 0');
    if (statementTimeoutMs) {
      settings.push(
        this.isMariaDb
          ? `max_statement_time = ${statementTimeoutMs / 1000}`
          : `max_execution_time = ${statementTimeoutMs}`,
      );
    }
    return `SET ${settings.join(', ')}`;
  }

  #client(): Client {
    const { host, port, username, password, database, query: options } = this.#url;
    return createConnection({
      host: host ?? 'localhost',
      port: port ?? 3306,
      database,
      charset: 'utf8mb4',
      timezone: 'Z',
      supportBigNumbers: true,
      bigNumberStrings: false,
      stringifyObjects: true,
      connectTimeout: this.#options.connectTimeoutMs ?? 10_000,
      ...(username !== undefined && { user: username }),
      ...(password !== undefined && { password }),
      ...(options['ssl'] === 'true' && { ssl: {} }),
    });
  }
}

/** mysql2 writes values into the text: anything but one value would become SQL. */
function toMysql(value: unknown, parameter: number): unknown {
  assertSingleValue(value, parameter);
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new ArgumentError(
      `The value for parameter number ${parameter + 1} is ${value}, which MariaDB has no value for: pass null to store NULL.`,
    );
  if (isAnyArrayBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

function query(
  client: Client,
  options: { sql: string; values?: unknown[]; rowsAsArray?: boolean },
): Promise<MysqlResult> {
  return new Promise((resolve, reject) => {
    client.query(options, (error, rows, fields) =>
      error ? reject(error) : resolve([rows, fields]),
    );
  });
}

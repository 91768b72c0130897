/**
 * PostgreSQL through `pg`.
 *
 * Session settings travel in the start-up packet, so that a fresh connection costs no statement.
 *
 * @see https://node-postgres.com
 */
import type { Duplex } from 'node:stream';
import type { QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult } from 'pg';
import { Client } from 'pg';
import type { BeginMode, CursorResult, Dialect, TransactionOptions } from '../dialect';
import type { EngineOptions } from '../engine';
import type { DatabaseUrl } from '../url';
import { OperationalError, PendingRollbackError } from '../errors';
import { plainReadJudge } from '../statement';
import { StatementNames } from './statement-names';

/** `pg`'s mode in which statements do not wait for the answers to those before: on while a BEGIN is under way. */
type Pipelined = Client & { pipeline?: boolean };

export class PostgresqlDialect implements Dialect<Client> {
  readonly name = 'postgresql';
  readonly defaultBegin: BeginMode = 'on-first-statement';
  readonly defaultPoolSize = 10;
  readonly synchronous = false;
  readonly singleWriter = false;
  serverVersion: string | undefined;
  readonly #url: DatabaseUrl;
  readonly #options: EngineOptions;
  readonly #dead = new WeakSet<Client>();
  readonly #isPlainRead = plainReadJudge();
  readonly #names: StatementNames | undefined;

  constructor(url: DatabaseUrl, options: EngineOptions) {
    this.#url = url;
    this.#options = options;
    const { preparedStatements = url.query['preparedStatements'] !== 'false' } = options;
    if (preparedStatements) this.#names = new StatementNames();
  }

  placeholder(n: number): string {
    return `$${n}`;
  }

  async connect(): Promise<Client> {
    const client = this.#client();
    client.on('error', () => this.#dead.add(client)); // a broken idle connection: noticed at the next checkout
    client.on('end', () => this.#dead.add(client));
    try {
      await client.connect();
    } catch (cause) {
      void client.end().catch(() => undefined);
      throw new OperationalError(`No connection to ${this.#url}: ${reason(cause)}.`, {
        cause,
        reason: 'unavailable',
      });
    }
    this.serverVersion ??= await serverVersion(client);
    return client;
  }

  async close(client: Client): Promise<void> {
    const dead = this.#dead.has(client);
    this.#dead.add(client);
    if (!dead) await client.end();
  }

  isAlive(client: Client): boolean {
    return !this.#dead.has(client);
  }

  async ping(client: Client): Promise<void> {
    await client.query('');
  }

  /** Asks the server, over a connection of its own, to stop what this one is doing. */
  async cancel(client: Client): Promise<void> {
    const messenger = this.#client();
    messenger.on('error', () => undefined);
    await messenger.connect();
    try {
      await messenger.query('select pg_cancel_backend($1)', [this.connectionId(client)]);
    } finally {
      await messenger.end();
    }
  }

  connectionId(client: Client): number {
    return (client as unknown as { processID: number }).processID;
  }

  async execute(client: Client, sql: string, params: readonly unknown[]): Promise<CursorResult> {
    const { rows, fields, rowCount } = await this.query(client, {
      text: sql,
      rowMode: 'array',
      ...(params.length > 0 && { values: params as unknown[] }),
    });
    return { columns: fields.map(({ name }) => name), rows, rowCount: rowCount ?? 0 };
  }

  /**
   * One statement, under a name where it has come before: the server then knows it already. Settings of the
   * library that sends it (`types`, `rowMode`, a name of its own) are kept.
   */
  query(client: Client, config: QueryArrayConfig<unknown[]>): Promise<QueryArrayResult<unknown[]>>;
  query(client: Client, config: QueryConfig<unknown[]>): Promise<QueryResult>;
  async query(client: Client, config: QueryConfig<unknown[]>): Promise<QueryResult> {
    const name = config.name === undefined ? this.#names?.nameOf(config.text) : undefined;
    if (name === undefined) return await client.query(config);
    try {
      return await client.query({ ...config, name });
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      this.#names?.forgetAll(); // another process has changed the table
      if (this.inTransaction(client) !== false) throw error;
      return await client.query(config);
    }
  }

  control(client: Client, sql: string): Promise<unknown> {
    return client.query(sql);
  }

  async begin(
    client: Client,
    _owner: object,
    { isolationLevel, readOnly }: TransactionOptions,
  ): Promise<void> {
    const modes = [
      isolationLevel && `ISOLATION LEVEL ${isolationLevel}`,
      readOnly && 'READ ONLY',
    ].filter(Boolean);
    if (modes.length > 0) await client.query(`BEGIN ${modes.join(', ')}`);
    else sendAhead(client, 'BEGIN');
  }

  async commit(client: Client): Promise<void> {
    const { command } = await client.query('COMMIT');
    // After a failed statement the server answers COMMIT with a rollback, and no error.
    if (command === 'ROLLBACK') {
      throw new PendingRollbackError(
        'A statement of this transaction had failed, so PostgreSQL rolled it back instead of committing it.',
      );
    }
  }

  ended(): void {
    // BEGIN takes nothing that COMMIT and ROLLBACK do not give back.
  }

  isWrite(_client: Client, sql: string): boolean {
    return !this.#isPlainRead(sql);
  }

  inTransaction(client: Pipelined, _result?: unknown, error?: unknown): boolean | undefined {
    if (client.pipeline) return true; // BEGIN is under way
    // After a FATAL answer the server hangs up; a lost socket has no severity, and an event of its own.
    if ((error as { severity?: string } | undefined)?.severity === 'FATAL') this.#dead.add(client);
    const status = (
      client as unknown as { getTransactionStatus(): string | null }
    ).getTransactionStatus();
    return status === null ? undefined : status !== 'I';
  }

  #client(): Client {
    const { host, port, username, password, database, query } = this.#url;
    const { statementTimeoutMs, connectTimeoutMs = 10_000 } = this.#options;
    const settings = [
      'TimeZone=UTC',
      'client_min_messages=warning',
      'standard_conforming_strings=on',
    ];
    if (statementTimeoutMs) settings.push(`statement_timeout=${statementTimeoutMs}`);
    return new Client({
      host: query['host'] ?? host ?? 'localhost',
      port: port ?? 5432,
      database,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: query['application_name'] ?? 'quartet',
      options: settings.map((setting) => `-c ${setting}`).join(' '),
      ...(username !== undefined && { user: username }),
      ...(password !== undefined && { password }),
      ...(query['sslmode'] &&
        query['sslmode'] !== 'disable' && {
          ssl: { rejectUnauthorized: query['sslmode'] !== 'require' },
        }),
    });
  }
}

/**
 * Sends a statement that the server cannot refuse, without waiting for its answer: it travels together with
 * the next one, in `pg`'s pipeline mode, which is left when the answer is there. A version of `pg` without that mode keeps
 * the next one back until then.
 */
function sendAhead(client: Pipelined, sql: string): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork()); // by then the next one is written too
  client.pipeline = true;
  // Where it fails, the connection is lost, and the next one fails too. Not at once: `pg` has yet to see whose answer is next.
  client.query(sql, () => queueMicrotask(() => (client.pipeline = false)));
}

/** 'cached plan must not change result type': nothing was done. */
function isStalePlan(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === '0A000' && message.includes('cached plan');
}

async function serverVersion(client: Client): Promise<string> {
  const { rows } = await client.query<[string]>({ text: 'SHOW server_version', rowMode: 'array' });
  return rows[0]?.[0].split(' ')[0] ?? '';
}

function reason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

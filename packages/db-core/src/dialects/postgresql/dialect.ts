/**
 * PostgreSQL through `pg`.
 *
 * Session settings travel in the start-up packet, so that a fresh connection costs no statement.
 *
 * @see https://node-postgres.com
 */
import type { Query, QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult } from 'pg';
import { Client } from 'pg';
import type { BeginMode, BeginWay, CursorResult, Dialect, TransactionOptions } from '../dialect';
import type { EngineOptions } from '../../engine/engine';
import type { DatabaseUrl } from '../url';
import { OperationalError, PendingRollbackError } from '../../errors/errors';
import { plainReadJudge } from '../../sql/statement';
import { QueryWithBegin, wireOf } from './begin';
import { StatementNames } from './statement-names';
import { postgresqlFacts } from './facts';

/** The BEGIN of a transaction, which waits for the first statement or is under way with it. */
interface Beginning {
  readonly sql: string;
  sent: boolean;
}

export class PostgresqlDialect implements Dialect<Client> {
  readonly name = 'postgresql';
  readonly facts = postgresqlFacts;
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
  /** What each server said last: `I` for no transaction, `T` for one, `E` for one that has failed. */
  readonly #status = new WeakMap<Client, string>();
  /** The BEGIN of a client's transaction, from the moment it is asked for until the server has answered it. */
  readonly #beginning = new WeakMap<Client, Beginning>();

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
    wireOf(client).on('readyForQuery', ({ status }) => this.#status.set(client, status)); // before `pg` tells anybody
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
    const name = config.name ?? this.#names?.nameOf(config.text, config.values);
    try {
      return await this.#send(client, name === config.name ? config : { ...config, name });
    } catch (error) {
      if (name === config.name || !isStalePlan(error)) throw error;
      this.#names?.forgetAll(); // another process has changed the table
      if (this.inTransaction(client) !== false) throw error;
      return await client.query(config);
    }
  }

  control(client: Client, sql: string): Promise<unknown> {
    return this.#send(client, { text: sql });
  }

  /** With the first statement, in one packet, unless `alone`. */
  begin(
    client: Client,
    _owner: object,
    { isolationLevel, readOnly }: TransactionOptions,
    _write: boolean,
    alone: boolean,
  ): Promise<void> | BeginWay {
    const level = isolationLevel ? ` ISOLATION LEVEL ${isolationLevel}` : '';
    this.#beginning.set(client, {
      sql: `BEGIN${level}${readOnly ? ' READ ONLY' : ''}`,
      sent: false,
    });
    return alone ? this.beginNow(client) : 'joined';
  }

  /** For statements that BEGIN cannot travel with. */
  async beginNow(client: Client): Promise<void> {
    const beginning = this.#beginning.get(client);
    if (!beginning || beginning.sent) return;
    this.#beginning.delete(client);
    await client.query(beginning.sql);
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

  inTransaction(client: Client, _result?: unknown, error?: unknown): boolean | undefined {
    if (this.#beginning.has(client)) return true;
    // After a FATAL answer the server hangs up; a lost socket has no severity, and an event of its own.
    if ((error as { severity?: string } | undefined)?.severity === 'FATAL') this.#dead.add(client);
    const status = this.#status.get(client);
    return status === undefined ? undefined : status !== 'I';
  }

  /** A statement as it is, behind the BEGIN that waits for it, if there is one. */
  async #send(client: Client, config: QueryConfig<unknown[]>): Promise<QueryResult> {
    const beginning = this.#beginning.get(client);
    if (!beginning || beginning.sent) return await client.query(config);
    if (!QueryWithBegin.fits(client, config)) {
      await this.beginNow(client);
      return await client.query(config);
    }
    return await this.#sendWithBegin(client, config, beginning);
  }

  async #sendWithBegin(
    client: Client,
    config: QueryConfig<unknown[]>,
    beginning: Beginning,
  ): Promise<QueryResult> {
    beginning.sent = true;
    const onBegun = (): void => void this.#beginning.delete(client);
    try {
      return await new Promise((resolve, reject) => {
        const done = (error: Error | null, result?: QueryResult): void =>
          error ? reject(error) : resolve(result as QueryResult);
        client.query(new QueryWithBegin(beginning.sql, config, onBegun, done) as unknown as Query);
      });
    } catch (error) {
      Error.captureStackTrace(error as Error); // as `pg` does: from the socket back to the caller
      throw error;
    }
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

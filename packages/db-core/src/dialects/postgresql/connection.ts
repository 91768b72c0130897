/**
 * A connection of `pg`. It knows what the server said last of its transaction, and sends BEGIN in one packet with the
 * first statement.
 *
 * @see https://node-postgres.com/apis/client
 */
import type {
  Client,
  Query,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryResult,
} from 'pg';
import type { Statement } from '../../sql/statement';
import type { BeginWay } from '../../sql/transaction-options';
import type { BeginRequest, CursorResult, DriverConnection } from '../driver-connection';
import type { StatementNames } from './statement-names';
import { PendingRollbackError } from '../../errors/errors';
import { answerWithin } from '../deadline';
import { noteCircumstances } from '../driver-error';
import { nulInStatement, tooManyValues } from '../refusals';
import { QueryWithBegin, wireOf } from './begin';
import { isReadOnly } from './errors';
import { inUtc } from './without-zone';

/** The protocol counts them in 16 bits. */
const MOST_VALUES = 65_535;

/** What the connections of one engine share. */
export interface PostgresqlShared {
  readonly names: StatementNames | undefined;
  readonly describe: (sql: string) => Statement;
  readonly networkTimeoutMs: number;
  /** Asks the server to stop what the backend with this key is doing. */
  cancel(processId: number, secretKey: number): Promise<void>;
}

/** The BEGIN of a transaction, which waits for the first statement or is under way with it. */
interface Beginning {
  readonly sql: string;
  sent: boolean;
}

export class PostgresqlConnection implements DriverConnection {
  readonly client: Client;
  readonly inner = this;
  readonly committedBeforeFailure = false;
  readonly #shared: PostgresqlShared;
  #alive = true;
  /** Whether a statement has left something on it: settings, locks, temporary tables. */
  #changed = false;
  /** The server's last status: `I` for no transaction, `T` for one, `E` for one that has failed; undefined while it works. */
  #status: string | undefined;
  /** Callers that wait until the server is ready. */
  #onReady: (() => void) | undefined;
  /** Whether the transaction under way was asked to read only; otherwise it is the server that takes no writes. */
  #readOnlyTransaction = false;
  /** From the moment a transaction is begun until the server has answered its BEGIN. */
  #beginning: Beginning | undefined;

  /** @param client not connected yet, so that no message of the server is missed. */
  constructor(client: Client, shared: PostgresqlShared) {
    this.client = client;
    this.#shared = shared;
    const broken = (): void => {
      this.#alive = false;
      this.#onReady?.();
    };
    client.on('error', broken); // a broken idle connection: noticed at the next checkout
    client.on('end', broken);
    // Before the listeners of `pg` itself.
    wireOf(client).on('readyForQuery', ({ status }) => {
      this.#status = status;
      this.#onReady?.();
    });
  }

  get id(): number {
    return keyOf(this.client).processID;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get inTransaction(): boolean | undefined {
    if (this.#beginning) return true;
    return this.#status === undefined ? undefined : this.#status !== 'I';
  }

  get reusable(): boolean {
    return this.#alive && this.inTransaction !== true && !this.#changed;
  }

  loopTurn(): undefined {
    return undefined;
  }

  async execute(sql: string, params: readonly unknown[]): Promise<CursorResult> {
    const answer: QueryArrayResult<unknown[]> | QueryArrayResult<unknown[]>[] = await this.query({
      text: sql,
      rowMode: 'array',
      ...(params.length > 0 && { values: params as unknown[] }),
    });
    // Of several statements in one text `pg` gives a list of results.
    const { rows, fields, rowCount } = (
      Array.isArray(answer) ? answer.at(-1) : answer
    ) as QueryArrayResult<unknown[]>;
    return { columns: fields.map(({ name }) => name), rows, rowCount: rowCount ?? 0 };
  }

  /**
   * One statement, under a name where it has come before: the server then knows it already. Settings of the
   * library that sends it (`types`, `rowMode`, a name of its own) are kept.
   */
  query(config: QueryArrayConfig<unknown[]>): Promise<QueryArrayResult<unknown[]>>;
  query(config: QueryConfig<unknown[]>): Promise<QueryResult>;
  async query(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    const { names, describe } = this.#shared;
    this.assertSendable(config.text, config.values);
    const statement = describe(config.text);
    const name = config.name ?? names?.nameOf(statement, config.values);
    try {
      return await this.#send(name === config.name ? config : { ...config, name }, statement);
    } catch (error) {
      if (name === config.name || !isStalePlan(error)) throw error;
      names?.forgetAll(); // another process has changed the table
      if (this.inTransaction !== false) throw error;
      return await this.#send(config, statement);
    }
  }

  /** @throws ArgumentError for what the protocol cannot carry: the server would answer that the connection is broken. */
  assertSendable(text: string, values?: readonly unknown[] | null): void {
    if (text.includes('\0')) throw nulInStatement();
    if (values && values.length > MOST_VALUES) throw tooManyValues('PostgreSQL', MOST_VALUES);
  }

  autocommit<T>(_statement: Statement, perform: () => T | Promise<T>): T | Promise<T> {
    return perform();
  }

  isWrite({ isPlainRead }: Statement): boolean {
    return !isPlainRead;
  }

  beforeWrite(): undefined {
    return undefined;
  }

  noteResult(_result: unknown, { usesConnectionState }: Statement): void {
    if (usesConnectionState) this.#changed = true;
  }

  /** After a FATAL answer the server hangs up; a lost socket has no severity, and an event of its own. */
  noteError(error: unknown): void {
    const { severity, code = '' } = error as { severity?: string; code?: string };
    if (severity === 'FATAL') this.#alive = false;
    if (code.startsWith('08')) this.#changed = true;
    if (isReadOnly(error) && !this.#readOnlyTransaction) {
      noteCircumstances(error, { readOnlyServer: true });
      this.#changed = true;
    }
  }

  completeError(): undefined {
    return undefined;
  }

  /** With the first statement, in one packet, unless `alone`. */
  begin({ isolationLevel, readOnly, alone }: BeginRequest): Promise<void> | BeginWay {
    this.#readOnlyTransaction = readOnly === true;
    const level = isolationLevel ? ` ISOLATION LEVEL ${isolationLevel}` : '';
    this.#beginning = { sql: `BEGIN${level}${readOnly ? ' READ ONLY' : ''}`, sent: false };
    return alone ? this.beginNow() : 'joined';
  }

  /** For statements that BEGIN cannot travel with. */
  async beginNow(): Promise<void> {
    const beginning = this.#beginning;
    if (!beginning || beginning.sent) return;
    this.#beginning = undefined;
    await this.#control(beginning.sql);
  }

  async commit(): Promise<void> {
    const { command } = await this.#control('COMMIT', 2 * this.#shared.networkTimeoutMs);
    // After a failed statement the server answers COMMIT with a rollback, and no error.
    if (command === 'ROLLBACK') {
      throw new PendingRollbackError(
        'A statement of this transaction had failed, so PostgreSQL rolled it back instead of committing it.',
      );
    }
  }

  async rollback(): Promise<void> {
    await this.#control('ROLLBACK');
  }

  async savepoint(sql: string): Promise<void> {
    await this.#control(sql);
  }

  transactionEnded(): void {
    this.#readOnlyTransaction = false;
  }

  async ping(): Promise<void> {
    await this.#control('');
  }

  /** By the protocol's own request: it names this backend by a secret, so it can stop no other's statement. */
  cancel(): Promise<void> {
    const { processID, secretKey } = keyOf(this.client);
    return this.#shared.cancel(processID, secretKey);
  }

  async close(): Promise<void> {
    if (!this.#alive) return this.destroy();
    this.#alive = false;
    await answerWithin(
      this.#shared.networkTimeoutMs,
      this.client.end(),
      () => this.destroy(),
      'The goodbye',
    );
  }

  destroy(): void {
    this.#alive = false;
    wireOf(this.client).stream.destroy();
  }

  #control(sql: string, ms = this.#shared.networkTimeoutMs): Promise<QueryResult> {
    return answerWithin(
      ms,
      this.#send({ text: sql }, this.#shared.describe(sql)),
      () => this.destroy(),
      sql === '' ? 'A ping' : sql,
    );
  }

  /** A statement as it is, behind the BEGIN that waits for it, if there is one. */
  async #send(given: QueryConfig<unknown[]>, statement: Statement): Promise<QueryResult> {
    const { values } = given;
    const config = Array.isArray(values) ? { ...given, values: values.map(inUtc) } : given;
    const beginning = this.#beginning;
    if (!beginning || beginning.sent) return await this.#sendAlone(config);
    if (!QueryWithBegin.fits(this.client, config, statement)) {
      await this.beginNow();
      return await this.#sendAlone(config);
    }
    return await this.#sendWithBegin(config, beginning);
  }

  /** An error comes before the server says what has become of the transaction: that is waited for. */
  async #sendAlone(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    this.#status = undefined;
    try {
      return await this.client.query(config);
    } catch (error) {
      if (isFromServer(error) && this.#status === undefined && this.#alive)
        await new Promise<void>((resolve) => (this.#onReady = resolve));
      this.#onReady = undefined;
      throw error;
    }
  }

  async #sendWithBegin(config: QueryConfig<unknown[]>, beginning: Beginning): Promise<QueryResult> {
    beginning.sent = true;
    const onBegun = (): void => void (this.#beginning = undefined);
    try {
      return await new Promise((resolve, reject) => {
        const done = (error: Error | null, result?: QueryResult): void =>
          error ? reject(error) : resolve(result as QueryResult);
        this.client.query(
          new QueryWithBegin(beginning.sql, config, onBegun, done) as unknown as Query,
        );
      });
    } catch (error) {
      Error.captureStackTrace(error as Error); // as `pg` does: from the socket back to the caller
      throw error;
    }
  }
}

function isFromServer(error: unknown): boolean {
  return (error as { severity?: unknown }).severity !== undefined;
}

/** 'cached plan must not change result type': nothing was done. */
function isStalePlan(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === '0A000' && message.includes('cached plan');
}

/** What the server knows this backend by, which `pg`'s typings leave out. */
function keyOf(client: Client): { readonly processID: number; readonly secretKey: number } {
  return client as unknown as { processID: number; secretKey: number };
}

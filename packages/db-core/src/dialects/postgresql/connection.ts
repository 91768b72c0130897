/**
 * A connection of `pg`: what is known of it, and the names of its prepared statements. How statements travel is its
 * sender's.
 *
 * @see https://node-postgres.com/apis/client
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult } from 'pg';
import type { Setting } from '../../sql/settings';
import type { Statement } from '../../sql/statement';
import type { BeginWay } from '../../sql/transaction-options';
import type { BeginRequest, CursorResult, DriverConnection } from '../driver-connection';
import type { ServerState } from '../server-state';
import type { StatementNames } from './statement-names';
import { PendingRollbackError } from '../../errors/errors';
import { answerWithin } from '../deadline';
import { noteCircumstances } from '../driver-error';
import { nulInStatement, tooManyValues } from '../refusals';
import { isNameLost, isReadOnly } from './errors';
import {
  CURRENT_POSITION,
  endOfLastRecord,
  postgresqlPositions,
  type LogLayout,
} from './positions';
import { isFromServer, Sender } from './sender';
import { SERVER_STATE, stateOf, type StateRow } from './server-state';
import { currentSettings, settingsBack, transactionSettings } from './transaction-settings';
import { untyped } from './untyped';
import { inUtc } from './without-zone';

/** The protocol counts them in 16 bits. */
const MOST_VALUES = 65_535;

/** What the connections of one engine share. */
export interface PostgresqlShared {
  readonly names: StatementNames;
  readonly describe: (sql: string) => Statement;
  readonly networkTimeoutMs: number;
}

/** The server that a connection is to. */
export interface PostgresqlServer {
  readonly node: string | undefined;
  /** Asks it to stop what the backend with this key is doing. */
  cancel(processId: number, secretKey: number): Promise<void>;
}

/**
 * A connection of `pg`, with what is known of it and its prepared statements.
 *
 * @see https://node-postgres.com/apis/client
 */
export class PostgresqlConnection implements DriverConnection {
  readonly client: Client;
  readonly inner = this;
  readonly committedBeforeFailure = false;
  isToReadOnlyServer = false;
  readonly #shared: PostgresqlShared;
  readonly #server: PostgresqlServer;
  readonly #sender: Sender;
  /** Whether a statement has left something on it: settings, locks, temporary tables. */
  #changed = false;
  /** Known once `serverState` was asked. */
  #log: LogLayout | undefined;
  /** Whether the transaction under way was asked to read only; otherwise it is the server that takes no writes. */
  #readOnlyTransaction = false;

  /** @param client not connected yet, so that no message of the server is missed. */
  constructor(client: Client, shared: PostgresqlShared, server: PostgresqlServer) {
    this.client = client;
    this.#shared = shared;
    this.#server = server;
    this.#sender = new Sender(client, () => this.beginNow());
  }

  get id(): number {
    return untyped(this.client).processID;
  }

  get node(): string | undefined {
    return this.#server.node;
  }

  get alive(): boolean {
    return this.#sender.alive;
  }

  get inTransaction(): boolean | undefined {
    return this.#sender.inTransaction;
  }

  get reusable(): boolean {
    return this.#sender.alive && this.inTransaction !== true && !this.#changed;
  }

  loopTurn(): undefined {
    return undefined;
  }

  execute(sql: string, params: readonly unknown[]): Promise<CursorResult> {
    const config: QueryArrayConfig<unknown[]> = { text: sql, rowMode: 'array' };
    if (params.length > 0) config.values = params as unknown[];
    return this.query(config).then(cursorResult);
  }

  /**
   * One statement, under a name where it has come before: the server then knows it already. Settings of the
   * library that sends it (`types`, `rowMode`, a name of its own) are kept.
   *
   * @param config belongs to the connection from now on, which sets its name and the form of its values.
   */
  query(config: QueryArrayConfig<unknown[]>): Promise<QueryArrayResult<unknown[]>>;
  query(config: QueryConfig<unknown[]>): Promise<QueryResult>;
  query(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    const { names, describe } = this.#shared;
    const { text, values, name: own } = config;
    this.assertSendable(text, values);
    if (Array.isArray(values)) config.values = values.map(inUtc);
    const statement = describe(text);
    const name = names.nameOf(statement, values, own);
    if (name !== own) config.name = name;
    const sending = this.#sender.send(config, statement);
    if (name === undefined) return sending;
    return sending.then(undefined, (error: unknown) => {
      if (!this.#isNamesFault(error, config, own) || this.inTransaction !== false) throw error;
      config.name = undefined;
      return this.#sender.send(config, statement);
    });
  }

  /** Behind a pooler settings do not stay on the connection. @param settings a statement that makes them for one transaction */
  carry(settings: string): void {
    this.#sender.carry(settings);
  }

  /** A query object of another package is about to be given to the driver's client. */
  async prepare(query: object, text: string): Promise<void> {
    await this.beginNow();
    this.#sender.putBehindSettings(query, this.#shared.describe(text));
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
    if (severity === 'FATAL') this.#sender.alive = false;
    if (code.startsWith('08')) this.#changed = true;
    if (isReadOnly(error) && !this.#readOnlyTransaction) {
      noteCircumstances(error, { readOnlyServer: true });
      this.isToReadOnlyServer = this.#changed = true;
    }
  }

  completeError(): undefined {
    return undefined;
  }

  /** With the first statement, in one packet, unless `alone`. */
  begin({ isolationLevel, readOnly, alone, settings }: BeginRequest): Promise<void> | BeginWay {
    const set = transactionSettings(settings);
    const level = isolationLevel ? ` ISOLATION LEVEL ${isolationLevel}` : '';
    this.#sender.begin(`BEGIN${level}${readOnly ? ' READ ONLY' : ''}`, ...(set ? [set] : []));
    this.#readOnlyTransaction = readOnly === true;
    return alone ? this.beginNow() : 'joined';
  }

  /**
   * For statements that BEGIN cannot travel with. Where a setting is refused, nothing is begun.
   *
   * @throws OperationalError when the server refuses to begin.
   */
  async beginNow(): Promise<void> {
    const begin = this.#sender.takeBegin();
    if (begin === undefined) return;
    try {
      await this.#control(begin, undefined, 'BEGIN');
    } catch (error) {
      const isOpen = this.alive && this.inTransaction !== false;
      if (isOpen) await this.rollback().catch(() => this.destroy());
      throw error;
    }
  }

  async commit(onPosition?: (position: string | undefined) => void): Promise<void> {
    const sql = onPosition ? `COMMIT; ${CURRENT_POSITION}` : 'COMMIT';
    const answer = await this.#control(sql, 2 * this.#shared.networkTimeoutMs, 'COMMIT');
    const [{ command }, position] = (onPosition ? (answer as unknown) : [answer]) as [
      QueryResult,
      QueryResult<{ position: string }>?,
    ];
    // After a failed statement the server answers COMMIT with a rollback, and no error.
    if (command === 'ROLLBACK') {
      throw new PendingRollbackError(
        'A statement of this transaction had failed, so PostgreSQL rolled it back instead of committing it.',
      );
    }
    const insert = position?.rows[0]?.position;
    onPosition?.(insert && this.#log && endOfLastRecord(insert, this.#log));
  }

  async rollback(): Promise<void> {
    await this.#control('ROLLBACK');
  }

  async savepoint(sql: string): Promise<void> {
    await this.#control(sql);
  }

  async setInside(settings: readonly Setting[]): Promise<() => Promise<void>> {
    const set = transactionSettings(settings);
    if (!set) return async () => undefined;
    const { rows } = await this.execute(currentSettings(settings), []);
    await this.execute(set, []);
    const before = settings.map(([name], i): Setting => [name, String(rows[0]?.[i] ?? '')]);
    return async () => void (await this.execute(settingsBack(before), []));
  }

  transactionEnded(): void {
    this.#readOnlyTransaction = false;
  }

  async serverState(): Promise<ServerState> {
    const { rows } = await this.#control(SERVER_STATE, undefined, 'A question about the server');
    const row = rows[0] as StateRow;
    this.#log = row;
    return stateOf(row);
  }

  /** Asked again and again from here: a loop on the standby would hold up its own replay. */
  async replayed(position: string, timeoutMs: number): Promise<string | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { rows } = await this.#control(CURRENT_POSITION, undefined, 'A question about the log');
      const { position: reached } = rows[0] as { position: string };
      if (postgresqlPositions.covers(reached, position)) return reached;
      if (performance.now() > deadline) return undefined;
      await delay(1);
    }
  }

  async ping(): Promise<void> {
    await this.#control('');
  }

  /** By the protocol's own request: it names this backend by a secret, so it can stop no other's statement. */
  cancel(): Promise<void> {
    const { processID, secretKey } = untyped(this.client);
    return this.#server.cancel(processID, secretKey);
  }

  async close(): Promise<void> {
    if (!this.#sender.alive) return this.destroy();
    this.#sender.alive = false;
    await answerWithin(
      this.#shared.networkTimeoutMs,
      this.client.end(),
      () => this.destroy(),
      'The goodbye',
    );
  }

  destroy(): void {
    this.#sender.alive = false;
    untyped(this.client).connection.stream.destroy();
  }

  #control(
    sql: string,
    ms = this.#shared.networkTimeoutMs,
    what = sql === '' ? 'A ping' : sql,
  ): Promise<QueryResult> {
    return answerWithin(
      ms,
      this.#sender.send({ text: sql }, this.#shared.describe(sql), { isControl: true }),
      () => this.destroy(),
      what,
    );
  }

  /** Whether a statement failed for its name alone, so that nothing was done. @param own the name that a library gave it */
  #isNamesFault(error: unknown, { text }: QueryConfig, own: string | undefined): boolean {
    const { names } = this.#shared;
    if (isNameLost(error)) {
      noteCircumstances(error, { nameLost: true });
      names.stop();
      return true;
    }
    if (!isFromServer(error)) names.drop(text); // `pg` may have closed what it had just prepared
    if (own !== undefined || !isStalePlan(error)) return false;
    names.forgetAll(); // another process has changed the table
    return true;
  }
}

/** Of several statements in one text `pg` gives a list of results: the last one counts. */
function cursorResult(
  answer: QueryArrayResult<unknown[]> | QueryArrayResult<unknown[]>[],
): CursorResult {
  const { rows, fields, rowCount } = (
    Array.isArray(answer) ? answer.at(-1) : answer
  ) as QueryArrayResult<unknown[]>;
  return { columns: fields.map(({ name }) => name), rows, rowCount: rowCount ?? 0 };
}

/** 'cached plan must not change result type': nothing was done. */
function isStalePlan(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === '0A000' && message.includes('cached plan');
}

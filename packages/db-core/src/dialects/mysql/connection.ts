/**
 * A connection of `mysql2`. It follows the status flags that the server sends with every OK and behind every result set:
 * whether a transaction is open, and whether statements commit by themselves.
 *
 * @see https://mariadb.com/kb/en/ok_packet/
 */
import type { Connection as Client, QueryError } from 'mysql2';
import type { Duplex } from 'node:stream';
import type { Setting } from '../../sql/settings';
import type { Statement } from '../../sql/statement';
import type { BeginWay, TransactionOptions } from '../../sql/transaction-options';
import type { AskServer, BeginRequest, CursorResult, DriverConnection } from '../driver-connection';
import type { ServerState } from '../server-state';
import type { MysqlResult } from './answers';
import { InvalidRequestError, OperationalError } from '../../errors/errors';
import { NO_SETTINGS } from '../../sql/settings';
import { answerWithin } from '../deadline';
import { firstResultOf, statusOf } from './answers';
import { changesTextRules } from './text-settings';
import { noteCircumstances } from '../driver-error';
import { isReadOnlyServer, keyOf, UNKNOWN_AT_COMMIT } from './errors';
import { EVERYTHING_SO_FAR, isWaitOver, positionIn, waitFor } from './positions';
import { askState } from './server-state';
import { settingsStatement } from './settings';
import { toMysql } from './values';

const SERVER_STATUS_IN_TRANS = 1;
const SERVER_STATUS_AUTOCOMMIT = 2;
/** Errors at which InnoDB rolls the whole transaction back: deadlock, and changed since the snapshot. */
const TRANSACTION_LOST = new Set([1213, 1020]);

/** The server is a node of a cluster that has lost its quorum. */
const NOT_IN_CLUSTER = 1047;

/** The server could not read the statement, so it did nothing. */
const PARSE_ERROR = 1064;

/** Violations that leave out the table, or the columns of the key. */
const LEAVES_OUT = new Set([1062, 1586, 1048, 1364]);
const COLUMNS_OF_KEY =
  'SELECT column_name FROM information_schema.statistics WHERE table_schema = ifnull(?, database()) ' +
  'AND table_name = ? AND index_name = ? AND column_name IS NOT NULL ORDER BY seq_in_index';

/** The server that a connection is to. */
export interface MysqlServer {
  readonly node: string | undefined;
  readonly networkTimeoutMs: number;
  /** Runs one statement on a new connection to the same address. @param sql gets the name of the server reached */
  ask(sql: (server: string) => string): Promise<void>;
}

/** What `mysql2`'s typings leave out. */
interface Wire {
  readonly stream: Duplex;
  handlePacket(packet?: Packet): void;
}
interface Packet {
  isEOF(): boolean;
  eofStatusFlags(): number;
}

/**
 * A connection of `mysql2`, with what the server says of its transaction.
 *
 * @see https://sidorares.github.io/node-mysql2/docs
 */
export class MysqlConnection implements DriverConnection {
  readonly client: Client;
  readonly inner = this;
  committedBeforeFailure = false;
  isToReadOnlyServer = false;
  readonly #shared: MysqlServer;
  #alive = true;
  #inTransaction: boolean | undefined = false;
  /** Whether statements commit by themselves; otherwise the next one opens a transaction. */
  #autocommit = true;
  #implicitBegin = false;
  /** Whether a statement has left something on it: settings, locks, variables, temporary tables. */
  #changed = false;
  /** What the transactions before have set and is still there: taken back when something else begins. */
  #settings: readonly Setting[] = NO_SETTINGS;
  /** The status behind the last result set, until `noteResult` has taken it in. */
  #status: number | undefined;
  /** Whether the server is a node of a cluster in which all take writes; known once `serverState` was asked. */
  #isInCluster = false;
  /** Whether the server keeps a binary log; known as well since then. */
  #keepsLog = false;
  /** Which server this is, to be sure that another connection reaches the same; empty until the session is prepared. */
  #server = '';

  /** @param client not connected yet. */
  constructor(client: Client, shared: MysqlServer) {
    this.client = client;
    this.#shared = shared;
    const broken = (): void => void (this.#alive = false);
    client.on('error', broken); // a broken idle connection: noticed at the next checkout
    client.on('end', broken);
    this.#followResultSets();
  }

  get id(): number {
    return this.client.threadId;
  }

  get node(): string | undefined {
    return this.#shared.node;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get inTransaction(): boolean | undefined {
    return this.#inTransaction;
  }

  get reusable(): boolean {
    return this.#alive && this.#inTransaction !== true && !this.#changed;
  }

  /**
   * Prepares a connection that was opened just now.
   *
   * @param settings assignments of a SET statement.
   * @param implicitBegin whether transactions open by `autocommit = 0`; where plain reads run outside of them it would go on and off.
   */
  async prepareSession(
    server: string,
    settings: readonly string[],
    implicitBegin: boolean,
  ): Promise<void> {
    await this.#control(
      `SET ${[...settings, ...(implicitBegin ? ['autocommit = 0'] : [])].join(', ')}`,
    );
    this.#implicitBegin = implicitBegin;
    this.#autocommit = !implicitBegin;
    this.#server = server;
    this.#status = undefined;
  }

  loopTurn(): undefined {
    return undefined;
  }

  execute(sql: string, params: readonly unknown[]): Promise<CursorResult> {
    return this.#query({ sql, rowsAsArray: true, values: params.map(toMysql) }).then((answer) => {
      this.#status = statusOf(answer) ?? this.#status;
      this.#assertTextRules(answer, this.#status);
      return firstResultOf(answer);
    });
  }

  /** On a connection where the first statement opens a transaction, that is switched off. */
  autocommit<T>(statement: Statement, perform: () => T | Promise<T>): T | Promise<T> {
    if (this.#settings.length > 0)
      return this.#set(NO_SETTINGS).then(() => this.autocommit(statement, perform));
    if (this.#autocommit) return perform();
    return this.#setAutocommit(true).then(perform);
  }

  isWrite({ isPlainRead }: Statement): boolean {
    return !isPlainRead;
  }

  beforeWrite(): undefined {
    return undefined;
  }

  /** The server does not call a transaction without BEGIN open before its first access to a table. */
  noteResult(result: unknown, statement: Statement): void {
    if (statement.usesConnectionState) this.#changed = true;
    const status = (Array.isArray(result) ? statusOf(result) : undefined) ?? this.#status;
    this.#status = undefined;
    this.#assertTextRules(result, status);
    if (status === undefined) return;
    this.#autocommit = (status & SERVER_STATUS_AUTOCOMMIT) !== 0;
    const open = (status & SERVER_STATUS_IN_TRANS) !== 0;
    if (statement.endsImplicitly) {
      this.#inTransaction = false;
    } else if (open) this.#inTransaction = true;
    else if (this.#inTransaction === true || this.#autocommit) this.#inTransaction = false;
  }

  noteError(error: unknown, statement?: Statement): void {
    this.#status = undefined;
    const { errno = 0, fatal } = error as QueryError;
    if (fatal) this.#alive = false;
    this.committedBeforeFailure =
      errno > 0 && errno !== PARSE_ERROR && statement?.endsImplicitly === true;
    if (isReadOnlyServer(error as QueryError) || errno === NOT_IN_CLUSTER)
      this.isToReadOnlyServer = this.#changed = true;
    if (TRANSACTION_LOST.has(errno) || this.committedBeforeFailure) this.#inTransaction = false;
  }

  completeError(error: unknown, { target }: Statement, ask: AskServer): Promise<void> | undefined {
    const { message = '', errno = 0 } = error as Partial<QueryError>;
    const table = keyOf(message)?.table ?? target?.table;
    if (table === undefined || !this.#alive || !LEAVES_OUT.has(errno)) return undefined;
    noteCircumstances(error, { table });
    const key = keyOf(message)?.key;
    if (key === undefined) return undefined;
    return this.#columnsOf(ask, target?.database ?? null, table, key).then(
      (columns) => noteCircumstances(error, { columns }),
      () => undefined, // the violation itself is what matters
    );
  }

  begin(request: BeginRequest): Promise<void> | BeginWay {
    const { settings } = request;
    if (settings.length > 0 || this.#settings.length > 0)
      return this.#set(settings).then(async () => void (await this.#begin(request)));
    return this.#begin(request);
  }

  #begin(request: BeginRequest): Promise<void> | BeginWay {
    const { isolationLevel, readOnly, alone } = request;
    if (isolationLevel || readOnly || alone || !this.#implicitBegin) return this.#start(request);
    this.#inTransaction = undefined;
    return this.#autocommit ? this.#setAutocommit(false) : 'implicit';
  }

  async commit(onPosition?: (position: string | undefined) => void): Promise<void> {
    try {
      const answer = await this.#control('COMMIT', 2 * this.#shared.networkTimeoutMs);
      const position = this.#isInCluster ? EVERYTHING_SO_FAR : positionIn(answer);
      if (position !== undefined || !this.#keepsLog) onPosition?.(position); // what is not in the log has changed nothing
    } catch (error) {
      if (UNKNOWN_AT_COMMIT.has((error as Partial<QueryError>).errno ?? 0))
        noteCircumstances(error, { outcomeUnknown: true });
      throw error;
    }
  }

  async rollback(): Promise<void> {
    await this.#control('ROLLBACK');
  }

  async savepoint(sql: string): Promise<void> {
    await this.#control(sql);
  }

  async setInside(settings: readonly Setting[]): Promise<() => Promise<void>> {
    if (settings.length > 0) await this.#set(settings);
    return async () => {
      if (this.#settings.length > 0) await this.#set(NO_SETTINGS);
    };
  }

  transactionEnded(): void {
    this.#inTransaction = false;
  }

  async serverState(): Promise<ServerState> {
    const ask = (sql: string): Promise<CursorResult> =>
      this.#within(this.#ask(sql), 'A question about the server');
    const state = await askState(ask);
    this.#isInCluster = state.isInCluster;
    this.#keepsLog = state.keepsLog;
    return state;
  }

  async replayed(position: string, timeoutMs: number): Promise<string | undefined> {
    const { sql, isReached } = waitFor(position, timeoutMs);
    try {
      const { rows } = await this.#within(
        this.#ask(sql),
        'A wait for the log',
        timeoutMs + this.#shared.networkTimeoutMs,
      );
      return isReached(rows[0]?.[0]) ? position : undefined;
    } catch (error) {
      if (isWaitOver(error)) return undefined;
      throw error;
    }
  }

  ping(): Promise<void> {
    const answered = new Promise<void>((resolve, reject) =>
      this.client.ping((error) => (error ? reject(error) : resolve())),
    );
    return this.#within(answered, 'A ping');
  }

  /** Over a connection beside the pool; a balancer may have led that one to another server, where the number belongs to another connection. */
  async cancel(): Promise<void> {
    await this.#shared.ask((server) => {
      if (server === this.#server) return `KILL QUERY ${this.id}`;
      throw new OperationalError(
        `Connection ${this.id} cannot be asked to stop: the address leads to another server now.`,
        { reason: 'unavailable' },
      );
    });
  }

  async close(): Promise<void> {
    if (!this.#alive) return this.destroy();
    this.#alive = false;
    await this.#within(
      new Promise<void>((resolve) => this.client.end(() => resolve())),
      'The goodbye',
    );
  }

  destroy(): void {
    this.#alive = false;
    const { stream } = wireOf(this.client);
    const error = new Error('The connection was destroyed.');
    stream.destroy(Object.assign(error, { code: 'ECONNABORTED' })); // calls that wait for an answer get this error
  }

  /** @throws InvalidRequestError for an answer that tells of other rules; the connection is closed. */
  #assertTextRules(answer: unknown, status: number | undefined): void {
    const changed = this.#server === '' ? undefined : changesTextRules(answer, status);
    if (!changed) return;
    this.destroy();
    throw new InvalidRequestError(changed);
  }

  async #start({ isolationLevel, readOnly }: TransactionOptions): Promise<void> {
    if (isolationLevel) await this.#control(`SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`);
    await this.#control(readOnly ? 'START TRANSACTION READ ONLY' : 'START TRANSACTION');
    this.#inTransaction = true;
  }

  /** In a transaction that does not mind: a failed statement has undone only itself. */
  async #columnsOf(
    ask: AskServer,
    database: string | null,
    table: string,
    key: string,
  ): Promise<readonly string[]> {
    const { rows } = await this.#within(ask(COLUMNS_OF_KEY, [database, table, key]), 'A look-up');
    return rows.map(([column]) => String(column));
  }

  /** They are noted before: one that could not be set is taken back as well. */
  async #set(settings: readonly Setting[]): Promise<void> {
    const before = this.#settings;
    const { sql, values } = settingsStatement(settings, before);
    this.#settings = [...before, ...settings];
    await this.#within(this.#query({ sql, values }), 'SET');
    this.#settings = settings;
  }

  async #setAutocommit(on: boolean): Promise<void> {
    await this.#control(`SET autocommit = ${on ? 1 : 0}`);
    this.#autocommit = on;
  }

  #control(sql: string, ms?: number): Promise<MysqlResult> {
    return this.#within(this.#query({ sql }), sql, ms);
  }

  /** For a question of the engine's own. */
  async #ask(sql: string): Promise<CursorResult> {
    return firstResultOf(await this.#query({ sql, rowsAsArray: true }));
  }

  #within<T>(answer: Promise<T>, what: string, ms = this.#shared.networkTimeoutMs): Promise<T> {
    return answerWithin(ms, answer, () => this.destroy(), what);
  }

  #query(options: {
    sql: string;
    values?: unknown[];
    rowsAsArray?: boolean;
  }): Promise<MysqlResult> {
    return new Promise((resolve, reject) => {
      this.client.query(options, (error, rows, fields) => {
        if (!error) return resolve([rows, fields]);
        if (error.fatal) this.#alive = false;
        reject(error);
      });
    });
  }

  /** mysql2 gives the flags of an OK packet, but not those behind the rows of a result set. */
  #followResultSets(): void {
    const wire = wireOf(this.client);
    const { handlePacket } = wire;
    wire.handlePacket = (packet) => {
      if (packet?.isEOF()) this.#status = packet.eofStatusFlags();
      handlePacket.call(wire, packet);
    };
  }
}

function wireOf(client: Client): Wire {
  return client as unknown as Wire;
}

/**
 * The Engine: one per database for the life of the app, with the one pool of driver connections that
 * every library shares. It is lazy: nothing is opened before the first statement.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html
 */
import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { Dialect } from '../dialects/dialect';
import type { DriverConnection } from '../dialects/driver-connection';
import type { DatabaseUrl } from '../dialects/url';
import type { Executable } from '../sql/built';
import type { CompiledStatement, Params } from '../sql/placeholders';
import type { Statement } from '../sql/statement';
import type { BeginMode, IsolationLevel, TransactionOptions } from '../sql/transaction-options';
import type { ConnectionOptions } from './connection-options';
import type { ConnectionHost, ReadAnywhere } from './connection-host';
import type { ConnectionEvent, EngineEvents, EventDetails } from './events';
import type { NodeStatus } from './node';
import type { PoolSource, PoolStatus } from './pool';
import type { PoolOptions } from './pool-options';
import type { Result } from './result';
import { createDialect } from '../dialects/create-dialect';
import { DIALECTS } from '../dialects/names';
import { DEFAULT_NETWORK_TIMEOUT_MS } from '../dialects/options';
import type { Logger } from '../errors/logger';
import { assertLogger, consoleLogger } from '../errors/logger';
import { assertKnownOptions } from '../errors/unknown-option';
import { executableCompiler } from '../sql/built';
import { placeholderCompiler } from '../sql/placeholders';
import { transactionOptionsOf } from '../sql/transaction-options';
import { Connection } from './connection';
import { CONNECTION_OPTIONS } from './connection-options';
import { callStack } from './caller-location';
import { defaultIdleWarnMs, IdleWarnings, IdleWatch } from './idle-watch';
import { LeakDetector, warnOfLeak } from './leak-detector';
import { defaultNPlusOneThreshold, NPlusOneWarnings, RepeatedReads } from './repeated-reads';
import { Pool } from './pool';
import {
  failoverTimeoutOf,
  poolOptionsOf,
  positive,
  readerOptionsOf,
  type EngineOptions,
} from './engine-options';
import { serverList, targetOf, withDefaults } from './server-list';
import { Servers } from './servers';
import { Streams } from './streams';

const NO_OPTIONS: ConnectionOptions = {};

/** The figures of all its pools together, how many sessions have used this engine since the start, and its servers. */
export interface EngineStatus extends PoolStatus {
  readonly sessions: number;
  readonly nodes: readonly NodeStatus[];
}

/**
 * One database for the life of the app, with the one pool of driver connections that every library shares. `createEngine` makes it;
 * who made it calls `dispose()` at the end.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html
 */
export class Engine extends EventEmitter<EngineEvents> implements ConnectionHost {
  readonly url: DatabaseUrl;
  readonly dialect: Dialect;
  readonly transactionDefaults: TransactionOptions;
  readonly answerTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** Where warnings go. */
  readonly logger: Logger;
  readonly compile: (statement: Executable, params?: Params) => CompiledStatement;
  /** @internal */
  readonly streams: Streams;
  readonly #begin: BeginMode | undefined;
  readonly #poolOptions: PoolOptions;
  readonly #leaks: LeakDetector | undefined;
  readonly #idleWarnMs: number;
  readonly #idleWarnings: IdleWarnings;
  readonly #nPlusOneThreshold: number;
  readonly #nPlusOneWarnings: NPlusOneWarnings;
  readonly #servers: Servers;
  /** Where connections come from in the meantime, see `replacePool`. */
  #replacement: Pool | undefined;
  #sessions = 0;
  /** The events that have listeners. */
  readonly #observed = new Set<string | symbol>();

  /** Use {@link createEngine}. @param replicas further servers, to read from */
  constructor(url: DatabaseUrl, given: EngineOptions, replicas: readonly DatabaseUrl[] = []) {
    super();
    const servers = serverList(url, replicas);
    const options = withDefaults(given, url.settings, servers, replicas.length > 0);
    this.setMaxListeners(0);
    noteListeners(this, this.#observed);
    this.url = url;
    if (options.logger) assertLogger(options.logger);
    this.logger = options.logger ?? consoleLogger;
    this.#idleWarnings = new IdleWarnings(this.logger);
    this.#nPlusOneWarnings = new NPlusOneWarnings(this.logger);
    this.dialect = createDialect(servers, options);
    this.#begin = options.begin;
    this.transactionDefaults = Object.freeze(transactionOptionsOf(options));
    const { statementTimeoutMs = 0, networkTimeoutMs = DEFAULT_NETWORK_TIMEOUT_MS } = options;
    this.closeTimeoutMs = positive('networkTimeoutMs', networkTimeoutMs);
    this.answerTimeoutMs = statementTimeoutMs && statementTimeoutMs + networkTimeoutMs;
    this.compile = executableCompiler(
      { name: this.dialect.name, called: DIALECTS[this.dialect.name].called },
      placeholderCompiler(this.dialect.lexicalRules, (n) => this.dialect.placeholder(n)),
    );
    this.#poolOptions = poolOptionsOf(options, this.dialect);
    const readsFromReplicas = options.readsFrom === 'replicas';
    this.#servers = new Servers(this.dialect, servers, {
      target: targetOf(url, servers, readsFromReplicas),
      failoverTimeoutMs: failoverTimeoutOf(options, servers.length > 1),
      pool: this.#poolOptions,
      readers: readsFromReplicas ? readerOptionsOf(options) : undefined,
      networkTimeoutMs,
    });
    const { poolSize, acquireTimeoutMs } = this.#poolOptions;
    this.streams = new Streams({
      maxStreams: positive('maxStreams', options.maxStreams ?? Math.max(1, poolSize - 1)),
      streamTimeoutMs:
        options.streamTimeoutMs === 0
          ? 0
          : positive('streamTimeoutMs', options.streamTimeoutMs ?? 600_000),
      acquireTimeoutMs,
    });
    const { idleInTransactionWarnMs = defaultIdleWarnMs() } = options;
    const { nPlusOneThreshold = defaultNPlusOneThreshold() } = options;
    this.#nPlusOneThreshold = nPlusOneThreshold && positive('nPlusOneThreshold', nPlusOneThreshold);
    this.#idleWarnMs =
      idleInTransactionWarnMs && positive('idleInTransactionWarnMs', idleInTransactionWarnMs);
    if (options.leakThresholdMs) {
      this.#leaks = new LeakDetector(
        positive('leakThresholdMs', options.leakThresholdMs),
        (leak) => {
          if (!this.emit('leak', leak)) warnOfLeak(this, leak);
        },
      );
    }
  }

  /**
   * A connection of its own, outside every session: each statement commits by itself unless `begin()`
   * was called, or with `autobegin` the first statement begins a transaction. The caller must `close()` it.
   */
  connect(options: ConnectionOptions = NO_OPTIONS): Connection {
    if (options.session) this.#sessions++;
    else if (options !== NO_OPTIONS)
      assertKnownOptions('option of connect()', options, CONNECTION_OPTIONS);
    return new Connection(this, options);
  }

  /** Runs `fn` with a connection inside one transaction: committed when it resolves, rolled back when it rejects. */
  async begin<T>(
    fn: (connection: Connection) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    const connection = this.connect();
    try {
      await connection.begin(options);
      const value = await fn(connection);
      await connection.commit();
      return value;
    } finally {
      await connection.close();
    }
  }

  /** Runs one statement on a connection of the pool, outside every session, and commits it. */
  async execute(statement: Executable, params?: Params): Promise<Result> {
    const connection = this.connect();
    try {
      return await connection.execute(statement, params);
    } finally {
      const ending = connection.end();
      if (ending) await ending;
    }
  }

  /** Says what a statement is, by the rules of this engine's database. */
  get describe(): (sql: string) => Statement {
    return this.dialect.describe;
  }

  /** @internal Whether a script with a COMMIT of its own may run: it would end what `withTestIsolation` is to undo. */
  get takesScripts(): boolean {
    return this.dialect.lexicalRules.severalStatements && !this.#replacement;
  }

  /** When a session's transaction begins where the session does not say; `isolationLevel`: what it asks for. */
  beginMode(isolationLevel?: IsolationLevel): BeginMode {
    return this.#begin ?? this.dialect.beginMode(isolationLevel);
  }

  /** The figures of the pools at this moment. */
  status(): EngineStatus {
    const pool = this.#replacement?.status ?? this.#servers.poolStatus;
    return { ...pool, sessions: this.#sessions, nodes: this.#servers.status };
  }

  /** Whether sessions that have written nothing read from other servers than the one that takes writes. */
  get readsFromReplicas(): boolean {
    return this.#servers.readsFromReplicas && !this.#replacement;
  }

  get #pool(): Pool {
    return this.#replacement ?? this.#servers.pool;
  }

  /** Whether a caller who asks for a connection now has to wait until another is released. */
  get exhausted(): boolean {
    return this.#pool.exhausted;
  }

  /** Opens one connection and gives it back, so that `dialect.serverVersion` is known. */
  async ready(): Promise<void> {
    const connection = this.connect();
    try {
      await connection.ping();
    } finally {
      await connection.close();
    }
  }

  /** Whether `dispose()` was called. */
  get disposed(): boolean {
    return this.#pool.disposed;
  }

  /** For shutdown: closes what is idle, the rest as it comes back, and refuses further use. Not per request. */
  async dispose(): Promise<void> {
    await this.#servers.dispose();
    this.dialect.dispose?.();
  }

  /**
   * Closes every connection that is open now, those in use as they come back, and leaves the engine usable: the next
   * statement opens a new one. For what comes before a process is frozen (a snapshot, a serverless platform), and after
   * a failover, to spread connections over the nodes again. A request that calls it holds up its own call where it has
   * an open transaction.
   *
   * @param options.timeoutMs how long to wait for those in use. Default 10000.
   * @throws PoolTimeoutError when some are still in use then; they are closed when they come back.
   */
  async drain(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    assertKnownOptions('option of drain()', options, { timeoutMs: true });
    await this.#servers.drain(positive('timeoutMs', options.timeoutMs ?? 10_000));
  }

  /** `await using engine = createEngine(url)` disposes it at the end of its block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  override toString(): string {
    return `<Engine ${this.url}>`;
  }

  [inspect.custom](): string {
    return String(this);
  }

  // --- for connections, sessions and drivers of this package -----------------------------------

  /**
   * @internal A driver connection, to be given back by `checkin`. A promise where it must be waited for.
   *
   * @param read for one plain read outside a transaction, which a replica may answer
   */
  checkout(read?: ReadAnywhere): DriverConnection | Promise<DriverConnection> {
    const acquiring = this.#replacement?.acquire() ?? this.#servers.acquire(read);
    return this.#leaks ? this.#watched(this.#leaks, acquiring) : acquiring;
  }

  async #watched(
    leaks: LeakDetector,
    acquiring: DriverConnection | Promise<DriverConnection>,
  ): Promise<DriverConnection> {
    const stack = callStack();
    const driver = await acquiring;
    leaks.watch(driver, stack);
    return driver;
  }

  /** @internal Watches the connection of a session that may be idle in a transaction; undefined where nobody wants to know. */
  idleWatch(session: object): IdleWatch | undefined {
    if (this.#idleWarnMs === 0) return undefined;
    return new IdleWatch(session, this.#idleWarnMs, (report) => {
      if (!this.emit('idle-in-transaction', report)) this.#idleWarnings.warn(report);
    });
  }

  /** @internal Counts what a session reads by the same statement; undefined where nobody wants to know. */
  repeatedReads(session: object): RepeatedReads | undefined {
    if (this.#nPlusOneThreshold === 0) return undefined;
    return new RepeatedReads(session, this.#nPlusOneThreshold, this.describe, (report) => {
      if (!this.emit('n-plus-one', report)) this.#nPlusOneWarnings.warn(report);
    });
  }

  /** @internal */
  checkin(driver: DriverConnection, broken: boolean): void {
    this.#leaks?.unwatch(driver);
    (this.#replacement ?? this.#servers).release(driver, broken);
  }

  /** @internal Takes connections from `source` alone, `poolSize` at most, until the returned function is called. */
  replacePool(source: PoolSource, poolSize: number): () => Promise<void> {
    const options = { ...this.#poolOptions, poolSize, recycleSeconds: 0, idleTimeoutMs: 0 };
    const replacement = new Pool(source, options);
    this.#replacement = replacement;
    return async () => {
      this.#replacement = undefined;
      await replacement.dispose();
    };
  }

  /** @internal Whether the event has listeners: nothing is measured without them. */
  observes(event: ConnectionEvent): boolean {
    return this.#observed.has(event);
  }

  /** @internal Tells the listeners of an event that is observed. */
  notify(event: ConnectionEvent, details: EventDetails): void {
    this.emit(event, details as never);
  }
}

/** Keeps `observed` the set of events that have listeners, which is faster to ask than the emitter. */
function noteListeners(events: EventEmitter, observed: Set<string | symbol>): void {
  events.on('newListener', (event: string) => observed.add(event));
  events.on('removeListener', (event: string) => {
    if (events.listenerCount(event) === 0) observed.delete(event);
  });
}

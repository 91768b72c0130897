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
import type { UrlSettings } from '../dialects/url-parameter';
import type { Executable } from '../sql/built';
import type { CompiledStatement, Params } from '../sql/placeholders';
import type { Statement } from '../sql/statement';
import type { BeginMode, IsolationLevel, TransactionOptions } from '../sql/transaction-options';
import type { ConnectionOptions } from './connection-options';
import type { ConnectionHost } from './connection-host';
import type { ConnectionEvent, EngineEvents, EventDetails, EventSource } from './events';
import type { PoolOptions, PoolSource, PoolStatus } from './pool';
import type { StreamOptions } from './streams';
import type { Result } from './result';
import { createDialect } from '../dialects/create-dialect';
import { DIALECTS } from '../dialects/names';
import { DEFAULT_NETWORK_TIMEOUT_MS, type DialectOptions } from '../dialects/options';
import { ArgumentError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { executableCompiler } from '../sql/built';
import { placeholderCompiler } from '../sql/placeholders';
import { transactionOptionsOf } from '../sql/transaction-options';
import { Connection } from './connection';
import { CONNECTION_OPTIONS } from './connection-options';
import { callStack } from './caller-location';
import { defaultIdleWarnMs, IdleWarnings, IdleWatch } from './idle-watch';
import { LeakDetector, warnOfLeak } from './leak-detector';
import { Pool } from './pool';
import { Streams } from './streams';

export interface EngineOptions
  extends DialectOptions,
    Partial<PoolOptions>,
    Partial<StreamOptions> {
  /** Show every statement, a line each: `true` on the console, or a function that gets the line. Default false. */
  readonly echo?: boolean | ((line: string) => void);
  /** Leave the values of statements out of what `echo` shows. Default false. */
  readonly hideParameters?: boolean;
  /** Report a connection held longer than this, with the stack that took it: the `leak` event, or a warning. Default 0: off. */
  readonly leakThresholdMs?: number;
  /**
   * Report a session that does nothing for so long while its transaction is open, with the stack of its last statement:
   * the `idle-in-transaction` event, or a warning once for each place. Default 250; 0, off, where NODE_ENV is `production`
   * or `test`.
   */
  readonly idleInTransactionWarnMs?: number;
}

export interface EngineConfig extends EngineOptions {
  readonly url: string;
}

/** The pool's figures, and how many sessions have used this engine since the start. */
export interface EngineStatus extends PoolStatus {
  readonly sessions: number;
}

export class Engine extends EventEmitter<EngineEvents> implements ConnectionHost {
  readonly url: DatabaseUrl;
  readonly dialect: Dialect;
  readonly transactionDefaults: TransactionOptions;
  readonly answerTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly compile: (statement: Executable, params?: Params) => CompiledStatement;
  /** @internal */
  readonly streams: Streams;
  readonly #begin: BeginMode | undefined;
  readonly #poolOptions: PoolOptions;
  readonly #leaks: LeakDetector | undefined;
  readonly #idleWarnMs: number;
  readonly #idleWarnings = new IdleWarnings();
  #pool: Pool;
  #sessions = 0;
  #replaced = false;
  /** The events that have listeners. */
  readonly #observed = new Set<string | symbol>();

  /** Use {@link createEngine}. */
  constructor(url: DatabaseUrl, given: EngineOptions) {
    super();
    const options = withDefaults(given, url.settings);
    this.setMaxListeners(0);
    noteListeners(this, this.#observed);
    this.url = url;
    this.dialect = createDialect(url, options);
    this.#begin = options.begin;
    this.transactionDefaults = Object.freeze(transactionOptionsOf(options));
    const { statementTimeoutMs = 0, networkTimeoutMs = DEFAULT_NETWORK_TIMEOUT_MS } = options;
    this.closeTimeoutMs = positive('networkTimeoutMs', networkTimeoutMs);
    this.answerTimeoutMs = statementTimeoutMs && statementTimeoutMs + networkTimeoutMs;
    this.compile = executableCompiler(
      { name: this.dialect.name, called: DIALECTS[this.dialect.name].called },
      placeholderCompiler(this.dialect.lexicalRules, (n) => this.dialect.placeholder(n)),
    );
    const isOnServer = !this.dialect.synchronous;
    this.#poolOptions = Object.freeze({
      poolSize: positive('poolSize', options.poolSize ?? this.dialect.defaultPoolSize),
      acquireTimeoutMs: positive('acquireTimeoutMs', options.acquireTimeoutMs ?? 30_000),
      prePing: options.prePing ?? 1_000,
      recycleSeconds: atLeastZero(
        'recycleSeconds',
        options.recycleSeconds ?? (isOnServer ? 1_800 : 0),
      ),
      idleTimeoutMs: atLeastZero(
        'idleTimeoutMs',
        options.idleTimeoutMs ?? (isOnServer ? 600_000 : 0),
      ),
      minPoolSize: atLeastZero('minPoolSize', options.minPoolSize ?? 1),
    });
    this.#pool = new Pool(this.dialect, this.#poolOptions);
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
  connect(options: ConnectionOptions = {}): Connection {
    if (options.session) this.#sessions++;
    else assertKnownOptions('option of connect()', options, CONNECTION_OPTIONS);
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
      await connection.close();
    }
  }

  /** Says what a statement is, by the rules of this engine's database. */
  get describe(): (sql: string) => Statement {
    return this.dialect.describe;
  }

  /** @internal Whether a script with a COMMIT of its own may run: it would end what `withTestIsolation` is to undo. */
  get takesScripts(): boolean {
    return this.dialect.lexicalRules.severalStatements && !this.#replaced;
  }

  /** When a session's transaction begins where the session does not say; `isolationLevel`: what it asks for. */
  beginMode(isolationLevel?: IsolationLevel): BeginMode {
    return this.#begin ?? this.dialect.beginMode(isolationLevel);
  }

  /** The figures of the pool at this moment. */
  status(): EngineStatus {
    return { ...this.#pool.status, sessions: this.#sessions };
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
    await this.#pool.dispose();
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
    await this.#pool.drain(positive('timeoutMs', options.timeoutMs ?? 10_000));
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

  /** @internal A driver connection, to be given back by `checkin`. A promise where it must be waited for. */
  checkout(): DriverConnection | Promise<DriverConnection> {
    return this.#leaks ? this.#checkoutWatched(this.#leaks) : this.#pool.acquire();
  }

  async #checkoutWatched(leaks: LeakDetector): Promise<DriverConnection> {
    const stack = callStack();
    const driver = await this.#pool.acquire();
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

  /** @internal */
  checkin(driver: DriverConnection, broken: boolean): void {
    this.#leaks?.unwatch(driver);
    this.#pool.release(driver, broken);
  }

  /** @internal Takes connections from `source` alone, `poolSize` at most, until the returned function is called. */
  replacePool(source: PoolSource, poolSize: number): () => Promise<void> {
    const own = this.#pool;
    const options = { ...this.#poolOptions, poolSize, recycleSeconds: 0, idleTimeoutMs: 0 };
    const replacement = new Pool(source, options);
    this.#pool = replacement;
    this.#replaced = true;
    return async () => {
      this.#pool = own;
      this.#replaced = false;
      await replacement.dispose();
    };
  }

  /** @internal Whether the event has listeners: nothing is measured without them. */
  observes(event: ConnectionEvent): boolean {
    return this.#observed.has(event);
  }

  /** @internal */
  notify(event: ConnectionEvent, connection: EventSource, details?: EventDetails): void {
    if (!this.#observed.has(event)) return;
    this.emit(event, { connection, session: connection.session, ...details } as never);
  }
}

/** Keeps `observed` the set of events that have listeners, which is faster to ask than the emitter. */
function noteListeners(events: EventEmitter, observed: Set<string | symbol>): void {
  events.on('newListener', (event: string) => observed.add(event));
  events.on('removeListener', (event: string) => {
    if (events.listenerCount(event) === 0) observed.delete(event);
  });
}

/** What the URL sets, where the options say nothing. */
function withDefaults(options: EngineOptions, settings: UrlSettings): EngineOptions {
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(said) };
}

function atLeastZero(name: string, value: number): number {
  return value === 0 ? 0 : positive(name, value);
}

function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ArgumentError(`${name} must be a number above 0, not ${inspect(value)}.`);
}

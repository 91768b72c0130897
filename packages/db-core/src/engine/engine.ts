/**
 * The Engine: one per database for the life of the app, with the one pool of driver connections that
 * every library shares. It is lazy: nothing is opened before the first statement.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html
 */
import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { ConnectionOptions } from './connection';
import type { BeginMode, Dialect, TransactionOptions } from '../dialects/dialect';
import type { ConnectionEvent, EngineEvents, EventDetails } from './events';
import type { CompiledStatement, Params } from '../sql/placeholders';
import type { PoolOptions, PoolStatus } from './pool';
import type { Result } from './result';
import { Connection } from './connection';
import { createDialect } from '../dialects/create-dialect';
import { ArgumentError } from '../errors/errors';
import { LeakDetector, warnOfLeak } from './leak-detector';
import { placeholderCompiler } from '../sql/placeholders';
import { Pool } from './pool';
import type { DatabaseUrl } from '../dialects/url';

export interface EngineOptions extends Partial<PoolOptions>, TransactionOptions {
  /** When a transaction really begins. Default: the dialect's, see {@link BeginMode}. */
  readonly begin?: BeginMode;
  /** Show every statement, a line each: `true` on the console, or a function that gets the line. Default false. */
  readonly echo?: boolean | ((line: string) => void);
  /** Leave the values of statements out of what `echo` shows. Default false. */
  readonly hideParameters?: boolean;
  /** Report a connection held longer than this, with the stack that took it: the `leak` event, or a warning. Default 0: off. */
  readonly leakThresholdMs?: number;
  /** The server stops a statement that runs longer (PostgreSQL, MariaDB). Default 0: never. */
  readonly statementTimeoutMs?: number;
  /** How long a connection may take to be made. Default 10000. */
  readonly connectTimeoutMs?: number;
  /**
   * PostgreSQL: keep statements that come again prepared on the server, by name. Default true, or what
   * `?preparedStatements=` of the URL says; say false behind a pooler that gives each transaction another connection (PgBouncer).
   */
  readonly preparedStatements?: boolean;
  /** SQLite: how long a write waits for another writer. Default 5000. */
  readonly busyTimeoutMs?: number;
}

export interface EngineConfig extends EngineOptions {
  readonly url: string;
}

/** The pool's figures, and how many sessions have used this engine since the start. */
export interface EngineStatus extends PoolStatus {
  readonly sessions: number;
}

export class Engine extends EventEmitter<EngineEvents> {
  readonly url: DatabaseUrl;
  readonly beginMode: BeginMode;
  /** @internal The driver's own dialect, also while `withTestIsolation` has put another in its place. */
  readonly driverDialect: Dialect<object>;
  readonly transactionDefaults: TransactionOptions;
  readonly compile: (sql: string, params?: Params) => CompiledStatement;
  readonly #poolOptions: PoolOptions;
  readonly #leaks: LeakDetector | undefined;
  #dialect: Dialect<object>;
  #pool: Pool<object>;
  #sessions = 0;

  /** Use {@link createEngine}. */
  constructor(url: DatabaseUrl, options: EngineOptions) {
    super();
    this.setMaxListeners(0);
    this.url = url;
    this.driverDialect = createDialect(url, options);
    this.#dialect = this.driverDialect;
    this.beginMode = options.begin ?? this.dialect.defaultBegin;
    this.transactionDefaults = Object.freeze({
      ...(options.isolationLevel && { isolationLevel: options.isolationLevel }),
      ...(options.readOnly && { readOnly: options.readOnly }),
    });
    this.compile = placeholderCompiler(this.dialect.name, (n) => this.dialect.placeholder(n));
    this.#poolOptions = Object.freeze({
      poolSize: positive('poolSize', options.poolSize ?? this.dialect.defaultPoolSize),
      acquireTimeoutMs: positive('acquireTimeoutMs', options.acquireTimeoutMs ?? 30_000),
      prePing: options.prePing ?? 1_000,
      recycleSeconds: options.recycleSeconds ?? 0,
    });
    this.#pool = new Pool(this.dialect, this.#poolOptions);
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
  async execute(sql: string, params?: Params): Promise<Result> {
    const connection = this.connect();
    try {
      return await connection.execute(sql, params);
    } finally {
      await connection.close();
    }
  }

  get dialect(): Dialect<object> {
    return this.#dialect;
  }

  /** The figures of the pool at this moment. */
  status(): EngineStatus {
    return { ...this.#pool.status, sessions: this.#sessions };
  }

  /** Whether asking for a connection now would mean waiting for somebody to give one back. */
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

  override toString(): string {
    return `<Engine ${this.url}>`;
  }

  [inspect.custom](): string {
    return String(this);
  }

  // --- for connections, sessions and drivers of this package -----------------------------------

  /** @internal A driver connection, to be given back by `checkin`. */
  checkout(): Promise<object> {
    return this.#leaks ? this.#checkoutWatched(this.#leaks) : this.#pool.acquire();
  }

  /** @internal The same where one is at hand: nothing to await. */
  checkoutNow(): object | undefined {
    return this.#leaks ? undefined : this.#pool.acquireNow();
  }

  async #checkoutWatched(leaks: LeakDetector): Promise<object> {
    const stack = LeakDetector.stack();
    const raw = await this.#pool.acquire();
    leaks.watch(raw, stack);
    return raw;
  }

  /** @internal */
  checkin(raw: object, broken: boolean): void {
    this.#leaks?.unwatch(raw);
    // A connection that comes back inside a transaction nobody here began must not reach the next user.
    this.#pool.release(raw, broken || this.dialect.inTransaction(raw, undefined) === true);
  }

  /** @internal Puts another dialect, with a pool of its own, in place of this engine's until the returned function is called. */
  substitute(dialect: Dialect<object>): () => Promise<void> {
    const [realDialect, realPool] = [this.#dialect, this.#pool];
    this.#dialect = dialect;
    this.#pool = new Pool(dialect, { ...this.#poolOptions, poolSize: dialect.defaultPoolSize });
    return async () => {
      await this.#pool.dispose();
      [this.#dialect, this.#pool] = [realDialect, realPool];
    };
  }

  /** @internal Whether anybody listens: nothing is measured for nobody. */
  observes(event: keyof EngineEvents): boolean {
    return this.listenerCount(event) > 0;
  }

  /** @internal */
  notify(event: ConnectionEvent, connection: Connection, details?: EventDetails): void {
    if (this.listenerCount(event) === 0) return;
    this.emit(event, { connection, session: connection.session, ...details } as never);
  }
}

function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ArgumentError(`${name} must be a number above 0, not ${inspect(value)}.`);
}

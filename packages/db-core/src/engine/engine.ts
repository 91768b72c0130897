/**
 * The Engine: one per database for the life of the app, with the one pool of driver connections that
 * every library shares. It is lazy: nothing is opened before the first statement.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html
 */
import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { ConnectionOptions } from './connection';
import type { BeginMode, BeginWay, Dialect, TransactionOptions } from '../dialects/dialect';
import type { LeakReport } from './leak-detector';
import type { CompiledStatement, Params } from '../sql/placeholders';
import type { Statement } from '../sql/statement';
import type { PoolOptions, PoolStatus } from './pool';
import type { Result } from './result';
import type { SavepointOperation } from './savepoints';
import { Connection } from './connection';
import { createDialect } from '../dialects/create-dialect';
import { consoleEcho, Echo } from '../observe/echo';
import { ArgumentError, ScopeClosedError } from '../errors/errors';
import { LeakDetector, warnOfLeak } from './leak-detector';
import { Modifications } from '../observe/modifications';
import { placeholderCompiler } from '../sql/placeholders';
import { createStatementReader } from '../sql/statement';
import { Pool } from './pool';
import { currentScope } from '../session/scope';
import { DatabaseUrl, parseDatabaseUrl } from '../dialects/url';

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

/** What an event tells; `session` is undefined outside one. */
export interface EngineEvent {
  readonly connection: Connection;
  readonly session: object | undefined;
}

/** `durationMs`: how long a connection, or on SQLite the writer lock, was waited for. */
export interface TimedEvent extends EngineEvent {
  readonly durationMs: number;
}

export interface BeginEvent extends TimedEvent {
  readonly way: BeginWay;
}

export interface QueryEvent extends TimedEvent {
  readonly sql: string;
  readonly params: unknown;
  /** Rows returned or changed, where the driver tells. */
  readonly rowCount?: number | undefined;
  readonly error?: unknown;
}

export interface SavepointEvent extends EngineEvent {
  readonly op: SavepointOperation;
  /** Its name on the server. */
  readonly name: string;
  /** The statement: the two, with a space between them. */
  readonly sql: string;
}

/** `implicit-commit`: the database ended a transaction by itself, as MariaDB does at DDL. */
export interface EngineEvents {
  checkout: [TimedEvent];
  checkin: [EngineEvent];
  query: [QueryEvent];
  begin: [BeginEvent];
  commit: [EngineEvent];
  rollback: [EngineEvent];
  savepoint: [SavepointEvent];
  'implicit-commit': [EngineEvent];
  leak: [LeakReport];
}

/** What a scoped session tells the engines it is bound to: where a library's statement finds its session. */
export interface SessionSource {
  /** The session of the running scope, made on first use; undefined outside any scope. @throws ScopeClosedError */
  current(engine: Engine): { connection(engine: Engine): Connection } | undefined;
}

export class Engine extends EventEmitter<EngineEvents> {
  readonly url: DatabaseUrl;
  readonly beginMode: BeginMode;
  /** @internal The driver's own dialect, also while `withTestIsolation` has put another in its place. */
  readonly driverDialect: Dialect<object>;
  readonly transactionDefaults: TransactionOptions;
  readonly compile: (sql: string, params?: Params) => CompiledStatement;
  /** What a statement is, told from its text by the rules of this engine's database. */
  readonly describe: (sql: string) => Statement;
  /** Where bindings report which objects were written; see `trackModifications`. */
  readonly modifications = new Modifications();
  readonly #poolOptions: PoolOptions;
  readonly #leaks: LeakDetector | undefined;
  #dialect: Dialect<object>;
  #pool: Pool<object>;
  #sessions = 0;
  readonly #sessionSources = new Set<SessionSource>();

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
    this.compile = placeholderCompiler(this.dialect.lexicalRules, (n) =>
      this.dialect.placeholder(n),
    );
    this.describe = createStatementReader(this.dialect.lexicalRules);
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
    if (options.echo) this.#echo(options.echo, options.hideParameters ?? false);
  }

  /**
   * A connection of its own, outside every session: each statement commits by itself unless `begin()`
   * was called, or with `autobegin` the first statement begins a transaction. The caller must `close()` it.
   */
  connect(options: Partial<ConnectionOptions> = {}): Connection {
    return new Connection(this, { autobegin: false, ...options });
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
  notify(event: keyof EngineEvents, connection: Connection, details?: object): void {
    if (this.listenerCount(event) === 0) return;
    this.emit(event, { connection, session: connection.session, ...details } as never);
  }

  /** @internal */
  countSession(): void {
    this.#sessions++;
  }

  /**
   * The connection that a library's statement has to run on: the current session's, or undefined outside
   * a scope, where it borrows one for itself. Facade drivers ask for every statement.
   *
   * @throws ScopeClosedError in work that outlived its request.
   */
  currentConnection(): Connection | undefined {
    const scope = currentScope();
    const session = scope?.sessionOn(this) ?? this.#firstSource?.current(this);
    if (session) return session.connection(this);
    if (scope?.closed) throw new ScopeClosedError();
    return undefined;
  }

  /** @internal */
  attach(source: SessionSource): void {
    this.#sessionSources.add(source);
  }

  /** @internal */
  detach(source: SessionSource): void {
    this.#sessionSources.delete(source);
  }

  get #firstSource(): SessionSource | undefined {
    const [first] = this.#sessionSources;
    return first;
  }

  #echo(print: true | ((line: string) => void), hideParameters: boolean): void {
    const options = { hideParameters };
    const echo = print === true ? consoleEcho(this, options) : new Echo(this, print, options);
    echo.switch(true);
  }
}

/**
 * Creates the engine for a database. Opens nothing.
 *
 * @param url a URL, or a configuration with one. Leave it undefined only by mistake: the error shows examples.
 * @throws ArgumentError for a missing or malformed URL or option.
 * @example
 * const engine = createEngine(process.env.DATABASE_URL);
 * const { rowCount } = await engine.execute('select 1 where 1 = :n', { n: 1 });
 * await engine.dispose();
 */
export function createEngine(
  url: string | DatabaseUrl | EngineConfig | undefined,
  options: EngineOptions = {},
): Engine {
  if (url instanceof DatabaseUrl) return new Engine(url, options);
  if (typeof url === 'object') {
    const { url: text, ...rest } = url;
    return new Engine(parseDatabaseUrl(text), { ...rest, ...options });
  }
  return new Engine(parseDatabaseUrl(url), options);
}

function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ArgumentError(`${name} must be a number above 0, not ${inspect(value)}.`);
}

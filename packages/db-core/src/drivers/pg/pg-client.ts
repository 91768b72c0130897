/** A `pg` client that holds no socket: each statement goes where its route says. */
import { EventEmitter } from 'node:events';
import type {
  ClientConfig,
  CustomTypesConfig,
  QueryConfig as PgQueryConfig,
  QueryResult,
  TypeOverrides,
} from 'pg';
import type { PostgresqlConnection } from '../../dialects/postgresql/connection';
import type { Engine } from '../../engine/engine';
import { TYPES_IN_UTC } from '../../dialects/postgresql/without-zone';
import { Route } from '../route';
import { Stoppable, stoppableBy } from '../stoppable';
import { statementOptions, type StatementOptions } from './options';
import { isQueryObject, type PgCallback, submit } from './query-object';

interface QueryConfig extends PgQueryConfig<unknown[]> {
  readonly callback?: PgCallback;
  readonly query_timeout?: number;
}

type Connected = (error: Error | null, client?: unknown) => void;

export class PgClient extends EventEmitter {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly database: string;
  readonly ssl: boolean;
  readonly binary: boolean;
  /** Libraries read it to know whether they have ended this client, or lost it. */
  _ending = false;
  readonly _queryable = true;
  readonly #engine: Engine;
  readonly #options: StatementOptions;
  readonly #pg: typeof import('pg');
  #overrides: TypeOverrides | undefined;
  readonly #stoppable = new Stoppable();
  readonly #texts = new Map<string, string>();
  #route: Route | undefined;
  #connection: (EventEmitter & { stream: object }) | undefined;
  #abandoned = false;

  constructor(engine: Engine, pg: typeof import('pg'), config?: string | ClientConfig) {
    super();
    stoppableBy(this, this.#stoppable);
    this.#engine = engine;
    this.#pg = pg;
    this.#options = statementOptions(engine, config);
    const { host, port, username, database } = engine.url;
    this.host = host ?? 'localhost';
    this.port = port ?? 5432;
    this.user = username;
    this.database = database;
    this.ssl = engine.dialect.encrypted;
    this.binary = this.#options.binary;
  }

  get connectionParameters(): object {
    const { host, port, user, database, ssl } = this;
    return { host, port, user, database, ssl };
  }

  /** The server's process of the connection in use; null while none is held. */
  get processID(): number | null {
    return this.#route?.connectionId ?? null;
  }

  /** For listeners; the facade emits no events of the protocol. Its `stream` can be destroyed until it is connected. */
  get connection(): EventEmitter & { stream: object } {
    const stream = { destroy: (): void => void (this.#abandoned = true) };
    return (this.#connection ??= Object.assign(new EventEmitter(), { stream }));
  }

  /** Takes nothing from the engine, unless a pool asks on behalf of a caller (`checkOut`). */
  connect(callback?: Connected): Promise<this> | undefined {
    const connected = this.#connect().then(() => {
      this.emit('connect');
      return this;
    });
    if (!callback) return connected;
    connected.then(() => callback(null, this), callback);
    return undefined;
  }

  /** As in `pg`: a text or a configuration, values and a callback if any; or a stream, cursor or query object. */
  query(config: unknown, values?: unknown, callback?: unknown): unknown {
    if (config === null || config === undefined)
      throw new TypeError('Client was passed a null or undefined query');
    const done = (typeof values === 'function' ? values : callback) as PgCallback | undefined;
    if (isQueryObject(config)) {
      submit(this.#routed, config, done);
      return config;
    }
    const given = typeof config === 'string' ? { text: config } : (config as QueryConfig);
    const bound = typeof values === 'function' ? undefined : (values as unknown[] | undefined);
    const answer = this.#ask(bound ? { ...given, values: bound } : given);
    const listener = done ?? (given as QueryConfig).callback;
    if (!listener) return answer;
    answer.then((result) => listener(null, result), listener);
    return undefined;
  }

  /** Rolls back what is unfinished. The engine stays open. */
  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    this._ending = true;
    const ended = (this.#route?.free() ?? Promise.resolve(undefined)).then((error) => {
      this.emit('end');
      return error;
    });
    if (callback) void ended.then(callback);
    else
      return ended.then((error) => {
        if (error) throw error;
      });
    return undefined;
  }

  setTypeParser(...args: Parameters<TypeOverrides['setTypeParser']>): void {
    this.#overrides ??= new this.#pg.TypeOverrides(this.#options.types ?? TYPES_IN_UTC);
    this.#overrides.setTypeParser(...args);
  }

  getTypeParser(...args: Parameters<TypeOverrides['getTypeParser']>): unknown {
    return (this.#types ?? TYPES_IN_UTC).getTypeParser(...args);
  }

  getTransactionStatus(): 'I' | 'T' | null {
    if (!this.#route) return null;
    return this.#route.inTransaction ? 'T' : 'I';
  }

  ref(): void {
    // the sockets are the engine's
  }

  unref(): void {
    // the sockets are the engine's
  }

  /** Whether `connect()` checks a connection out until `end()`. */
  protected get checksOut(): boolean {
    return false;
  }

  get #types(): CustomTypesConfig | undefined {
    return this.#overrides ?? this.#options.types;
  }

  get #routed(): Route {
    return (this.#route ??= new Route(this.#engine));
  }

  async #connect(): Promise<void> {
    if (!this.checksOut) return;
    this.#route = new Route(this.#engine, true);
    try {
      await this.#route.open();
    } catch (error) {
      await this.#route.free();
      throw error;
    }
    if (!this.#abandoned) return;
    await this.#route.free();
    throw new Error('Connection terminated due to connection timeout');
  }

  async #ask(given: QueryConfig): Promise<QueryResult> {
    if (this._ending) throw new Error('Client was closed and is not queryable');
    const { callback: _, query_timeout, ...asked } = given;
    const config = { ...asked, text: this.#textOf(given) };
    const answer = this.#routed.run(config.text, config.values, (driver) =>
      this.#send(
        driver as PostgresqlConnection,
        config,
        query_timeout ?? this.#options.queryTimeoutMs,
      ),
    );
    try {
      return (
        (await this.#stoppable.asking(answer)) ??
        emptyResult(this.#engine.describe(config.text).verb)
      );
    } finally {
      if (this.#stoppable.asked === 0) this.emit('drain');
    }
  }

  /** A statement that was sent under a name before may come without its text. */
  #textOf({ name, text }: QueryConfig): string {
    if (name !== undefined && text) this.#texts.set(name, text);
    const known = text || (name === undefined ? undefined : this.#texts.get(name));
    if (typeof known !== 'string') throw new Error('A query must have either text or a name.');
    return known;
  }

  /** Parsers and limits belong to the library that set them, so they travel with each query. */
  async #send(
    connection: PostgresqlConnection,
    config: QueryConfig,
    queryTimeoutMs: number,
  ): Promise<QueryResult> {
    const { statementTimeoutMs } = this.#options;
    const limit = shorter(queryTimeoutMs, statementTimeoutMs);
    const types = config.types ?? this.#types;
    const notice = (message: unknown): boolean => this.emit('notice', message);
    const listens = this.listenerCount('notice') > 0;
    if (listens) connection.client.on('notice', notice);
    try {
      return await this.#stoppable.run(
        () =>
          connection.query({
            ...config,
            ...(types && { types }),
            ...(this.binary && { binary: true }),
          }),
        () => connection.cancel(),
        { ms: limit, error: limit === queryTimeoutMs ? readTimeout : statementTimeout },
      );
    } finally {
      if (listens) connection.client.removeListener('notice', notice);
    }
  }
}

/** Of two limits, 0 being none. */
function shorter(one: number, other: number): number {
  return one && other ? Math.min(one, other) : one || other;
}

function readTimeout(cause: Error): Error {
  return new Error('Query read timeout', { cause });
}

/** The error of the server's own `statement_timeout`. */
function statementTimeout(cause: Error): Error {
  return Object.assign(cause, { message: 'canceling statement due to statement timeout' });
}

/** The answer of `pg` to transaction control: its first word. */
function emptyResult(command: string): QueryResult {
  return { command, rowCount: null, oid: null, fields: [], rows: [] } as unknown as QueryResult;
}

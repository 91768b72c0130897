/**
 * The `pg` module, whose clients run on the current session's connection.
 *
 * A `new Pool()`'s `connect()` checks a connection out until `release()`, as in `pg`; inside a session that is
 * the session's own. A `new Client()` outside every session borrows a connection for each statement or each
 * transaction, since libraries keep pools of them.
 *
 * @see https://node-postgres.com/apis/client
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type * as pg from 'pg';
import type { Engine } from '../engine';
import { requireDialect } from './dialect-of';
import { Route } from './route';

type Callback = (error: Error | null, result?: pg.QueryResult) => void;
type Types = pg.CustomTypesConfig;

/** What `query` takes besides a string; a `pg-query-stream` or a cursor submits itself. */
interface QueryConfig {
  readonly text: string;
  readonly values?: unknown[];
  readonly types?: Types;
  readonly callback?: Callback;
}

/** The protocol by which `pg` runs query objects of other packages. */
interface Submittable extends EventEmitter {
  submit(connection: unknown): void;
  handleReadyForQuery?(connection?: unknown): void;
  handleError?(error: Error, connection?: unknown): void;
  callback?: Callback;
  destroyed?: boolean;
  destroy?(error?: Error): void;
}

/** The module `pg` with clients and pools of the engine. */
export type PgDriver = Omit<typeof pg, 'Client' | 'Pool'> & {
  readonly Client: new (config?: { types?: Types }) => PgClient;
  readonly Pool: new (config?: pg.PoolConfig) => PgPool;
};

export class PgClient extends EventEmitter {
  readonly processID: number | null = null;
  /** Read by Sequelize to tell whether it ended this client already. */
  _ending = false;
  readonly #route: Route;
  readonly #types: Types | undefined;
  #connection: EventEmitter | undefined;

  constructor(route: Route, types?: Types) {
    super();
    this.#route = route;
    this.#types = types;
  }

  /** The protocol's events; none ever comes. */
  get connection(): EventEmitter {
    return (this.#connection ??= new EventEmitter());
  }

  connect(): Promise<this>;
  connect(callback: (error: Error | null) => void): void;
  connect(callback?: (error: Error | null) => void): Promise<this> | void {
    if (!callback) return Promise.resolve(this);
    queueMicrotask(() => callback(null));
  }

  query<T extends Submittable>(submittable: T): T;
  query<R extends pg.QueryResultRow>(
    config: string | QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<R>>;
  query(
    config: string | QueryConfig,
    values: readonly unknown[] | undefined,
    callback: Callback,
  ): void;
  query(config: string | QueryConfig, callback: Callback): void;
  query(
    config: string | QueryConfig | Submittable,
    values?: readonly unknown[] | Callback,
    callback?: Callback,
  ): unknown {
    if (isSubmittable(config))
      return this.#submit(config, typeof values === 'function' ? values : callback);
    const done =
      typeof values === 'function' ? values : (callback ?? (config as QueryConfig).callback);
    const bound = typeof values === 'function' ? undefined : values;
    const text = typeof config === 'string' ? config : config.text;
    const params = bound ?? (config as QueryConfig).values;
    const answer = this.#route.run(text, params, (raw) =>
      ask(raw as pg.Client, this.#withTypes(config), bound),
    );
    if (!done) return answer.then((result) => result ?? emptyResult(text));
    answer.then((result) => done(null, result ?? emptyResult(text)), done);
    return undefined;
  }

  /** Rolls back what is unfinished. The engine stays open. */
  end(): Promise<void>;
  end(callback: (error?: Error) => void): void;
  end(callback?: (error?: Error) => void): Promise<void> | void {
    this._ending = true;
    const freed = this.#route.free();
    if (!callback) return freed;
    freed.then(() => callback(), callback);
  }

  /** Gives a checked-out client back; what it left unfinished is rolled back. */
  release(_destroy?: Error | boolean): void {
    void this.#route.free();
  }

  /** Parsers belong to the library that set them, so they travel with each query. */
  #withTypes(config: string | QueryConfig): string | QueryConfig {
    if (!this.#types || (config as QueryConfig).types) return config;
    return typeof config === 'string'
      ? { text: config, types: this.#types }
      : { ...config, types: this.#types };
  }

  #submit<T extends Submittable>(query: T, callback: Callback | undefined): T {
    if (callback) query.callback ??= AsyncResource.bind(callback);
    inThisContext(query);
    const text =
      (query as unknown as { text?: string; cursor?: { text?: string } }).text ??
      (query as { cursor?: { text?: string } }).cursor?.text ??
      'SELECT';
    this.#route
      .run(text, undefined, (raw) => occupy(raw as pg.Client, query))
      .catch((error: Error) => {
        if (query.destroy) query.destroy(error);
        else if (query.handleError) query.handleError(error, { sync() {}, close() {} });
      });
    return query;
  }
}

export class PgPool extends EventEmitter {
  readonly totalCount = 0;
  readonly idleCount = 0;
  readonly waitingCount = 0;
  readonly options: pg.PoolConfig;
  readonly #engine: Engine;
  readonly #types: Types | undefined;
  ended = false;

  constructor(engine: Engine, config: pg.PoolConfig = {}) {
    super();
    this.#engine = engine;
    this.options = config;
    this.#types = config.types;
  }

  /** A client of its own until `release()`. With a callback it is called at once, in the caller's async context. */
  connect(): Promise<PgClient>;
  connect(
    callback: (
      error: Error | undefined,
      client: PgClient | undefined,
      release: (destroy?: unknown) => void,
    ) => void,
  ): void;
  connect(
    callback?: (
      error: Error | undefined,
      client: PgClient | undefined,
      release: (destroy?: unknown) => void,
    ) => void,
  ): Promise<PgClient> | void {
    let client: PgClient;
    try {
      client = new PgClient(new Route(this.#engine, true), this.#types);
    } catch (error) {
      if (!callback) return Promise.reject(error);
      return callback(error as Error, undefined, () => undefined);
    }
    if (!callback) return Promise.resolve(client);
    callback(undefined, client, () => client.release());
  }

  query<T extends Submittable>(submittable: T): T;
  query<R extends pg.QueryResultRow>(
    config: string | QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<R>>;
  query(
    config: string | QueryConfig,
    values: readonly unknown[] | undefined,
    callback: Callback,
  ): void;
  query(config: string | QueryConfig, callback: Callback): void;
  query(config: unknown, values?: unknown, callback?: unknown): unknown {
    const client = new PgClient(new Route(this.#engine), this.#types);
    return client.query(config as string, values as unknown[], callback as Callback);
  }

  end(): Promise<void>;
  end(callback: () => void): void;
  end(callback?: () => void): Promise<void> | void {
    this.ended = true;
    if (!callback) return Promise.resolve();
    callback();
  }
}

/** @throws ArgumentError when the engine's database is not PostgreSQL. */
export function pgDriver(engine: Engine): PgDriver {
  requireDialect(engine, 'postgresql', 'pgDriver');
  const module = require('pg') as typeof pg;
  class Client extends PgClient {
    constructor(config?: { types?: Types }) {
      super(new Route(engine), config?.types);
    }
  }
  class Pool extends PgPool {
    constructor(config?: pg.PoolConfig) {
      super(engine, config);
    }
  }
  return { ...module, defaults: { ...module.defaults }, Client, Pool } as unknown as PgDriver;
}

function ask(
  client: pg.Client,
  config: string | QueryConfig,
  values: readonly unknown[] | undefined,
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, result: pg.QueryResult): void =>
      error ? reject(error) : resolve(result);
    if (typeof config !== 'string' && config.callback)
      config = { ...config, callback: undefined } as unknown as QueryConfig;
    client.query(config as string, values as unknown[], answer);
  });
}

/** Runs a stream, cursor or query object; resolves when the server is ready for the next statement. */
function occupy(client: pg.Client, query: Submittable): Promise<void> {
  if (query.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const ready = query.handleReadyForQuery;
    const over = (): void => {
      client.removeListener('end', over);
      resolve();
    };
    query.handleReadyForQuery = function (connection): void {
      ready?.call(query, connection);
      over();
    };
    client.once('end', over);
    client.query(query as unknown as pg.Submittable);
  });
}

/** A raw socket's events carry the context of whoever opened it: those of a stream are given its caller's. */
function inThisContext(emitter: EventEmitter): void {
  const resource = new AsyncResource('quartet.stream');
  const emit = emitter.emit;
  emitter.emit = (...args) => resource.runInAsyncScope(emit, emitter, ...args) as boolean;
}

/** What `pg` answers to transaction control. */
function emptyResult(text: string): pg.QueryResult {
  const command = /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? '';
  return {
    command: command === 'START' ? 'START TRANSACTION' : command,
    rowCount: null,
    oid: 0,
    fields: [],
    rows: [],
  } as unknown as pg.QueryResult;
}

function isSubmittable(config: unknown): config is Submittable {
  return typeof (config as Submittable).submit === 'function';
}

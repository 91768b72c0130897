/** A `pg` client that holds no socket: each statement goes where its route says. */
import { EventEmitter } from 'node:events';
import type { CustomTypesConfig, QueryConfig as PgQueryConfig, QueryResult } from 'pg';
import type { PostgresqlConnection } from '../dialects/postgresql/connection';
import type { Route } from './route';
import { isQueryObject, submit } from './pg-query-object';

export type PgCallback = (error: Error | null, result?: QueryResult) => void;

interface QueryConfig {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly types?: CustomTypesConfig;
  readonly callback?: PgCallback | undefined;
}

export class PgClient extends EventEmitter {
  readonly processID = null;
  /** Read by libraries to tell whether they have ended this client. */
  _ending = false;
  readonly #route: Route;
  readonly #types: CustomTypesConfig | undefined;
  #connection: EventEmitter | undefined;

  constructor(route: Route, types?: CustomTypesConfig) {
    super();
    this.#route = route;
    this.#types = types;
  }

  /** For listeners to the protocol's events, of which there are none. */
  get connection(): EventEmitter {
    return (this.#connection ??= new EventEmitter());
  }

  connect(callback?: (error: Error | null, client: this) => void): Promise<this> | undefined {
    if (!callback) return Promise.resolve(this);
    queueMicrotask(() => callback(null, this));
    return undefined;
  }

  /** As in `pg`: a text or a configuration, values and a callback if any; or a stream, cursor or query object. */
  query(config: unknown, values?: unknown, callback?: PgCallback): unknown {
    const done = typeof values === 'function' ? (values as PgCallback) : callback;
    if (isQueryObject(config)) {
      submit(this.#route, config, done);
      return config;
    }
    return this.#ask(
      config as string | QueryConfig,
      typeof values === 'function' ? undefined : (values as unknown[] | undefined),
      done ?? (config as QueryConfig).callback,
    );
  }

  /** Rolls back what is unfinished. The engine stays open. */
  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    this._ending = true;
    const freed = this.#route.free();
    if (!callback) return freed;
    freed.then(() => callback(), callback);
    return undefined;
  }

  /** Gives a checked-out client back; what it left unfinished is rolled back. */
  release(): void {
    void this.#route.free();
  }

  #ask(
    config: string | QueryConfig,
    values: unknown[] | undefined,
    done: PgCallback | undefined,
  ): unknown {
    const text = typeof config === 'string' ? config : config.text;
    const answer = this.#route.run(text, values ?? (config as QueryConfig).values, (driver) =>
      (driver as PostgresqlConnection).query(this.#config(config, values)),
    );
    const result = answer.then((given) => given ?? emptyResult(this.#route.describe(text).verb));
    if (!done) return result;
    result.then((given) => done(null, given), done);
    return undefined;
  }

  /** Parsers belong to the library that set them, so they travel with each query. */
  #config(config: string | QueryConfig, values: unknown[] | undefined): PgQueryConfig<unknown[]> {
    const { callback: _, ...given } = typeof config === 'string' ? { text: config } : config;
    const types = given.types ?? this.#types;
    return {
      ...(given as PgQueryConfig<unknown[]>),
      ...(values && { values }),
      ...(types && { types }),
    };
  }
}

/** What `pg` answers to transaction control. */
function emptyResult(command: string): QueryResult {
  return { command, rowCount: null, oid: null, fields: [], rows: [] } as unknown as QueryResult;
}

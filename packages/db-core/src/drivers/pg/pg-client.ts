/** A `pg` client that holds no socket: each statement goes where its route says. */
import { EventEmitter } from 'node:events';
import type { ClientConfig, CustomTypesConfig, QueryResult, TypeOverrides } from 'pg';
import type { PostgresqlConnection } from '../../dialects/postgresql/connection';
import type { Engine } from '../../engine/engine';
import { TYPES_IN_UTC } from '../../dialects/postgresql/without-zone';
import { callBack } from '../callback';
import { Route } from '../route';
import { CANCEL, Stoppable } from '../stoppable';
import { statementOptions, type StatementOptions } from './options';
import { isQueryObject, type PgCallback, type QuerySettings, submit } from './query-object';
import { configOf, emptyResult, limitOf, type QueryConfig, send } from './send';
import { StatementTexts } from './statement-texts';

type Connected = (error: Error | null, client?: unknown) => void;

export class PgClient extends EventEmitter {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly database: string;
  readonly ssl: boolean;
  readonly binary: boolean;
  /** Says what was asked for; statements go one after the other either way, and are answered in the same order. */
  readonly pipeline: boolean;
  /** Libraries read it to know whether they have ended this client, or lost it. */
  _ending = false;
  _queryable = true;
  readonly #engine: Engine;
  readonly #options: StatementOptions;
  readonly #pg: typeof import('pg');
  #overrides: TypeOverrides | undefined;
  readonly #stoppable = new Stoppable();
  readonly #texts = new StatementTexts();
  #route: Route | undefined;
  #connection: (EventEmitter & { stream: object }) | undefined;
  #abandoned = false;
  #connected = false;
  /** Whether the last statement failed in a transaction, so that the server refuses the next. */
  #failed = false;

  constructor(engine: Engine, pg: typeof import('pg'), config?: string | ClientConfig) {
    super();
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
    this.pipeline = this.#options.pipeline;
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
    return this.#tell(this.#connect(), callback);
  }

  /** As in `pg`: a text or a configuration, values and a callback if any; or a stream, cursor or query object. */
  query(config: unknown, values?: unknown, callback?: unknown): unknown {
    if (config === null || config === undefined)
      throw new TypeError('Client was passed a null or undefined query');
    const done = (typeof values === 'function' ? values : callback) as PgCallback | undefined;
    if (isQueryObject(config)) {
      void this.#counting(submit(this.#routed, config, done, this.#querySettings));
      return config;
    }
    const given = typeof config === 'string' ? { text: config } : (config as QueryConfig);
    const bound = typeof values === 'function' ? undefined : (values as unknown[] | undefined);
    const listener = done ?? given.callback;
    if (listener && typeof listener !== 'function')
      throw new TypeError('callback is not a function');
    return this.#tell(this.#ask(given, bound ?? given.values), listener);
  }

  /** Waits for what is under way, and rolls back what is unfinished. The engine stays open. */
  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    this._ending = true;
    const ended = (this.#route?.free() ?? Promise.resolve(undefined)).then((error) => {
      callBack(() => this.emit('end'));
      if (error) throw error;
    });
    if (!callback) return this.#promised(ended);
    ended.then(
      () => callBack(() => callback()),
      (error: Error) => callBack(() => callback(error)),
    );
    return undefined;
  }

  setTypeParser(...args: Parameters<TypeOverrides['setTypeParser']>): void {
    this.#overrides ??= new this.#pg.TypeOverrides(this.#options.types ?? TYPES_IN_UTC);
    this.#overrides.setTypeParser(...args);
  }

  getTypeParser(...args: Parameters<TypeOverrides['getTypeParser']>): unknown {
    return (this.#types ?? TYPES_IN_UTC).getTypeParser(...args);
  }

  getTransactionStatus(): 'I' | 'T' | 'E' | null {
    if (!this.#route) return null;
    if (!this.#route.inTransaction) return 'I';
    return this.#failed ? 'E' : 'T';
  }

  ref(): void {
    // the sockets are the engine's
  }

  unref(): void {
    // the sockets are the engine's
  }

  /** @internal */
  [CANCEL](): Promise<void> {
    return this.#stoppable.stop();
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

  get #querySettings(): QuerySettings {
    return {
      types: this.#types,
      binary: this.binary,
      textOf: (name, text) => {
        this.#assertOpen();
        return name === undefined ? text : this.#texts.of(name, text);
      },
    };
  }

  async #connect(): Promise<this> {
    if (this.#connected)
      throw new Error('Client has already been connected. You cannot reuse a client.');
    this.#connected = true;
    const route = this.checksOut ? (this.#route = new Route(this.#engine, true)) : undefined;
    try {
      await route?.open();
      if (route && this.#abandoned)
        throw new Error('Connection terminated due to connection timeout');
    } catch (error) {
      await route?.free();
      throw error;
    }
    callBack(() => this.emit('connect'));
    return this;
  }

  async #ask(given: QueryConfig, values: unknown[] | undefined): Promise<QueryResult> {
    this.#assertOpen();
    const { name } = given;
    const text = this.#texts.of(name, given.text);
    const config = configOf(given, text, values, this.#types, this.#options);
    const limit = limitOf(given, this.#options);
    let connection: PostgresqlConnection | undefined;
    this.#stoppable.ask();
    try {
      const answer = await this.#routed.run(text, values, (driver) => {
        connection = driver as PostgresqlConnection;
        return send(connection, config, limit, this.#stoppable, this);
      });
      this.#failed = false;
      return answer ?? emptyResult(this.#engine.describe(text).verb);
    } catch (error) {
      this.#failed = true;
      this.#texts.forget(name);
      if (connection?.alive === false) this.#lost(error as Error);
      Error.captureStackTrace(error as Error); // as `pg` does: from the socket back to the caller
      throw error;
    } finally {
      this.#stoppable.answered();
      this.#drained();
    }
  }

  /** A client that was checked out is of no use without its connection; another takes a new one. */
  #lost(error: Error): void {
    if (!this.checksOut || this.#routed.inSession) return;
    this._queryable = false;
    // Now, while the client is its user's: once released, its errors are the pool's, and may end the process.
    if (this.listenerCount('error') > 0) callBack(() => this.emit('error', error));
  }

  /** @throws Error when this client has ended, or lost the connection that it had checked out. */
  #assertOpen(): void {
    if (this._ending) throw new Error('Client was closed and is not queryable');
    if (!this._queryable)
      throw new Error('Client has encountered a connection error and is not queryable');
  }

  async #counting<T>(asked: Promise<T>): Promise<T> {
    try {
      return await this.#stoppable.asking(asked);
    } finally {
      this.#drained();
    }
  }

  /** As `pg` says it: nothing that was asked for is left to be answered. */
  #drained(): void {
    if (this.#stoppable.asked === 0 && this.listenerCount('drain') > 0)
      callBack(() => this.emit('drain'));
  }

  /** By the callback, or by a promise of the class that was asked for. */
  #tell<T>(
    asked: Promise<T>,
    callback: ((error: Error | null, value?: T) => void) | undefined,
  ): Promise<T> | undefined {
    if (!callback) return this.#promised(asked);
    asked.then(
      (value) => callBack(() => callback(null, value)),
      (error: Error) => callBack(() => callback(error)),
    );
    return undefined;
  }

  #promised<T>(asked: Promise<T>): Promise<T> {
    const { Promise: Chosen } = this.#options;
    return Chosen ? new Chosen<T>((resolve, reject) => void asked.then(resolve, reject)) : asked;
  }
}

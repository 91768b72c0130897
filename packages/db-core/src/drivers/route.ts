/**
 * Where the next statement of a facade goes. In this order: the connection on which the library's own
 * transaction runs, the current session's, one the library checked out, and at last one borrowed for this
 * statement alone.
 *
 * A facade holds no socket. It may be pooled, shared and kept by its library as long as it likes.
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { Connection } from '../engine/connection';
import type { Engine } from '../engine/engine';
import type { Statement } from '../sql/statement';
import { currentConnection } from '../session/current';

const DONE = Promise.resolve();

export class Route {
  readonly #engine: Engine;
  readonly #checkedOut: boolean;
  /** A session's connection that a transaction was begun on, or one of our own that is not given back yet. */
  #pinned: Connection | undefined;
  /** Statements under way on the pinned connection, when that is one of our own. */
  #pending = 0;
  readonly #shared: () => boolean;

  /**
   * @param checkedOut the library asked for a connection to itself, until `free()`.
   * @param shared whether many callers use the facade at once, so that the current session is preferred to a transaction of its own.
   * @throws ScopeClosedError when checked out by work that outlived its request.
   */
  constructor(engine: Engine, checkedOut = false, shared = (): boolean => false) {
    this.#engine = engine;
    this.#shared = shared;
    this.#checkedOut = checkedOut;
    if (checkedOut) this.#pinned = currentConnection(engine) ?? engine.connect();
  }

  /**
   * Runs one driver call where it belongs; see {@link Connection.run}. Transaction control is carried out
   * by the connection and answers undefined. Never throws, only rejects.
   */
  run<T>(
    sql: string,
    params: unknown,
    perform: (driver: DriverConnection) => T | Promise<T>,
  ): Promise<T | undefined> {
    let connection: Connection | undefined;
    try {
      connection = this.#connection();
    } catch (error) {
      return Promise.reject(error);
    }
    if (connection?.session) {
      if (this.describe(sql).opens) this.#pinned = connection;
      return connection.run(sql, params, perform, this);
    }
    if (connection) return this.#runOnOwn(connection, sql, params, perform);
    if (!this.describe(sql).opens) return this.#runAlone(sql, params, perform);
    this.#pinned = this.#engine.connect();
    return this.#runOnOwn(this.#pinned, sql, params, perform);
  }

  /** What a statement is, told from its text. */
  describe(sql: string): Statement {
    return this.#engine.describe(sql);
  }

  /** Whether the next statement goes to a session, whose connection keeps the order of asking. */
  get inSession(): boolean {
    try {
      return this.#connection()?.session !== undefined;
    } catch {
      return true; // of work that outlived its request: the statement itself says so
    }
  }

  /** `release()`, `end()` and the like: what the library left open is rolled back, what was borrowed goes back. */
  free(): Promise<void> {
    const pinned = this.#pinned;
    if (!pinned) return DONE;
    this.#pinned = undefined;
    if (!pinned.session) return pinned.close();
    return pinned.hasNested(this) ? this.#rollBackNested(pinned) : DONE;
  }

  #connection(): Connection | undefined {
    const pinned = this.#pinned;
    if (!pinned) return currentConnection(this.#engine);
    if (!pinned.session || pinned.hasNested(this))
      return this.#shared() ? (currentConnection(this.#engine) ?? pinned) : pinned;
    if (!this.#checkedOut) {
      this.#pinned = undefined;
      return currentConnection(this.#engine);
    }
    return currentConnection(this.#engine) ?? pinned; // the session may have been removed since the checkout
  }

  /** Outside every scope: a connection for one statement, which commits by itself. */
  async #runAlone<T>(
    sql: string,
    params: unknown,
    perform: (driver: DriverConnection) => T | Promise<T>,
  ): Promise<T | undefined> {
    const connection = this.#engine.connect();
    try {
      return await connection.run(sql, params, perform, this);
    } finally {
      await connection.close();
    }
  }

  /** Outside every scope, in the library's own transaction or checkout: the connection goes back when that is over. */
  async #runOnOwn<T>(
    connection: Connection,
    sql: string,
    params: unknown,
    perform: (driver: DriverConnection) => T | Promise<T>,
  ): Promise<T | undefined> {
    this.#pending++;
    try {
      return await connection.run(sql, params, perform, this);
    } finally {
      const over =
        --this.#pending === 0 && !connection.inTransaction && !this.describe(sql).isSetTransaction;
      if (over && !this.#checkedOut) {
        if (this.#pinned === connection) this.#pinned = undefined;
        await connection.close();
      }
    }
  }

  async #rollBackNested(connection: Connection): Promise<void> {
    try {
      while (connection.hasNested(this)) await connection.run('ROLLBACK', undefined, nothing, this);
    } catch (error) {
      if (connection.hasNested(this)) throw error; // else the session ended in the meantime and rolled it back itself
    }
  }
}

function nothing(): undefined {
  return undefined;
}

/**
 * Where the next statement of a facade goes. In this order: the connection that the library checked out or began its
 * transaction on, the current session's, and at last one of the engine's pool.
 *
 * A facade holds no socket and may be pooled by its library as long as it likes. Outside a session its statements run
 * one after the other, on one connection, which is given back when nothing is under way, unless the library has checked
 * it out, is in a transaction, or has left something on it (settings, temporary tables, locks): then at `free()`.
 */
import type { DriverConnection } from '../dialects/driver-connection';
import type { Connection } from '../engine/connection';
import type { Occupant } from '../engine/occupant';
import type { Place } from '../engine/streams';
import type { Engine } from '../engine/engine';
import { InvalidRequestError, OperationalError } from '../errors/errors';
import type { Logger } from '../errors/logger';
import { currentConnection } from '../session/current';

type Perform<T> = (driver: DriverConnection) => T | Promise<T>;

/**
 * Where the next statement of a facade goes: to the connection that its library has checked out, else to the current session's, else to
 * one of the engine's pool. For a library that accepts no driver of its kind.
 */
export class Route {
  readonly #engine: Engine;
  #checkedOut: boolean;
  /** A session's connection that a transaction was begun on, or one of our own that is not given back yet. */
  #pinned: Connection | undefined;
  /** The one that is checked out. */
  #held: Connection | undefined;
  /** The one that the last statement ran on. */
  #last: Connection | undefined;
  /** Whether a transaction of the library's own is asked for on a connection of our own. */
  #opened = false;
  /** Whether something was left on a connection of our own. */
  #keepsState = false;
  /** The server's name for the connection that was promised to stay the same. */
  #heldId: number | undefined;
  #pending = 0;
  #latest: Promise<unknown> | undefined;
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
    if (!checkedOut) return;
    this.#pinned = currentConnection(engine) ?? engine.connect();
    this.#held = this.#pinned;
    this.#held.hold();
  }

  /** Where warnings go. */
  get logger(): Logger {
    return this.#engine.logger;
  }

  /** Whether the next statement goes to a session, whose connection keeps the order of asking. */
  get inSession(): boolean {
    try {
      return this.#connection()?.session !== undefined;
    } catch {
      return true; // of work that outlived its request: the statement itself says so
    }
  }

  /** The server's name for the connection in use; undefined while none is held. */
  get connectionId(): number | undefined {
    return (this.#pinned ?? this.#last)?.id;
  }

  get inTransaction(): boolean {
    return (this.#pinned ?? this.#last)?.inTransaction ?? false;
  }

  /** Borrows the connection that was checked out, where that is not a session's: undefined when there is nothing to wait for. */
  open(): Promise<void> | undefined {
    return this.#pinned?.session ? undefined : this.#pinned?.open();
  }

  /**
   * Runs one driver call where it belongs; see {@link Connection.run}. Transaction control is carried out
   * by the connection and answers undefined. Never throws, only rejects.
   *
   * @throws InvalidRequestError for a statement that would stay on a connection of the pool, such as LISTEN.
   * @param occupant what will read the rows one by one, if anything does.
   */
  run<T>(
    sql: string,
    params: unknown,
    perform: Perform<T>,
    occupant?: Occupant,
  ): Promise<T | undefined> {
    try {
      const { needsOwnConnection, opens, isSetTransaction, usesConnectionState } =
        this.#engine.describe(sql);
      if (needsOwnConnection) throw notPooled(needsOwnConnection);
      const connection = this.#connection();
      if (connection?.session) {
        if (opens) this.#pinned = connection;
        if (occupant) return this.#send(connection, sql, params, perform, occupant);
        this.#last = connection;
        return connection.run(sql, params, perform, this);
      }
      if (this.#shared() && !connection && !opens && !usesConnectionState)
        return this.#runAlone(sql, params, perform);
      const own = connection ?? (this.#pinned = this.#engine.connect());
      if (opens) this.#opened = true;
      if (usesConnectionState) this.#keepsState = true;
      return this.#runOnOwn(
        own,
        isSetTransaction,
        sql,
        params,
        this.#onSame(own, perform),
        occupant,
      );
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * `release()`, `end()` and the like: after what was asked for before, what the library left open is rolled back and
   * what was borrowed goes back. Never rejects.
   *
   * @returns the error that this met, if any; the connection is not used again then, and a session refuses to go on.
   */
  free(): Promise<Error | undefined> {
    const working = this.#pending > 0 ? this.#answered() : this.#last?.idle();
    return working ? working.then(() => this.#free()) : this.#free();
  }

  async #answered(): Promise<void> {
    while (this.#pending > 0) await this.#latest?.then(nothing, nothing);
    await this.#last?.idle();
  }

  #free(): Promise<Error | undefined> {
    const pinned = this.#pinned;
    this.#pinned = this.#last = this.#latest = undefined;
    this.#checkedOut = this.#opened = this.#keepsState = false;
    this.#heldId = undefined;
    const letGo = (error?: Error): Error | undefined => {
      this.#held?.letGo();
      this.#held = undefined;
      return error;
    };
    const ending = pinned?.session ? this.#rollBackNested(pinned) : pinned?.close();
    return ending ? ending.then(() => letGo(), letGo) : Promise.resolve(letGo());
  }

  #connection(): Connection | undefined {
    const pinned = this.#pinned;
    if (!pinned) return currentConnection(this.#engine);
    const isLibrarys = pinned.session
      ? pinned.hasNested(this)
      : this.#checkedOut || this.#opened || pinned.inTransaction;
    if (isLibrarys && !this.#shared()) return pinned;
    if (!isLibrarys && pinned.session && !this.#checkedOut) {
      this.#pinned = undefined;
      return currentConnection(this.#engine);
    }
    return currentConnection(this.#engine) ?? pinned; // the session may have been removed since the checkout
  }

  /** Refuses another connection than the one before, where the library counts on it: what it had set there is gone. */
  #onSame<T>(connection: Connection, perform: Perform<T>): Perform<T> {
    return (driver) => {
      if (this.#checkedOut || this.#keepsState) {
        this.#heldId ??= connection.id;
        if (this.#heldId !== connection.id) throw lost();
      }
      return perform(driver);
    };
  }

  async #send<T>(
    connection: Connection,
    sql: string,
    params: unknown,
    perform: Perform<T>,
    occupant: Occupant | undefined,
  ): Promise<T | undefined> {
    this.#pending++;
    this.#last = connection;
    let place: Place | undefined;
    try {
      const entering = occupant && this.#engine.streams.enter(connection.isCheckedOut);
      place = entering instanceof Promise ? await entering : entering;
      const call = occupant && place ? place.limit(occupant, perform) : perform;
      const answer = connection.run(sql, params, call, this);
      this.#latest = answer;
      if (occupant && !connection.occupant) connection.occupant = occupant;
      return await answer;
    } finally {
      this.#pending--;
      place?.leave();
      if (occupant && connection.occupant === occupant) connection.occupant = undefined;
    }
  }

  /** For a facade that many callers share: a connection for one statement. */
  async #runAlone<T>(sql: string, params: unknown, perform: Perform<T>): Promise<T | undefined> {
    const connection = this.#engine.connect();
    try {
      return await connection.run(sql, params, perform, this);
    } finally {
      const ending = connection.end();
      if (ending) await ending;
    }
  }

  /** On a connection of our own, which goes back as soon as nothing holds it. */
  async #runOnOwn<T>(
    connection: Connection,
    setsTransaction: boolean,
    sql: string,
    params: unknown,
    perform: Perform<T>,
    occupant: Occupant | undefined,
  ): Promise<T | undefined> {
    try {
      return await this.#send(connection, sql, params, perform, occupant);
    } finally {
      if (this.#pending === 0 && this.#pinned === connection && !setsTransaction) {
        this.#opened = connection.inTransaction;
        this.#keepsState &&= !connection.isReusable;
        if (!this.#opened && !this.#checkedOut && !this.#keepsState) {
          this.#pinned = this.#last = undefined;
          this.#heldId = undefined;
          await connection.close();
        }
      }
    }
  }

  /** Undefined where nothing is nested. */
  #rollBackNested(connection: Connection): Promise<void> | undefined {
    return connection.hasNested(this) ? this.#rollBackAll(connection) : undefined;
  }

  async #rollBackAll(connection: Connection): Promise<void> {
    try {
      while (connection.hasNested(this)) await connection.run('ROLLBACK', undefined, nothing, this);
    } catch (error) {
      if (connection.hasNested(this)) throw error; // else the session ended in the meantime and rolled it back itself
    }
  }
}

function lost(): OperationalError {
  return new OperationalError(
    'The connection of this client broke, and what was set on it is gone. End or release the client and take another.',
    { reason: 'gone' },
  );
}

function notPooled(command: string): InvalidRequestError {
  return new InvalidRequestError(
    `${command} needs a connection for itself, and this one belongs to the engine's pool: open one with the module pg (new Client()) and use it there.`,
  );
}

function nothing(): undefined {
  return undefined;
}

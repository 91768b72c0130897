/**
 * The connections of one session: one for each engine it has used, each with a transaction of its own,
 * begun, nested and ended together.
 *
 * There is no two-phase commit: databases commit one after the other.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/persistence_techniques.html#partitioning-strategies-e-g-multiple-database-backends-per-session
 */
import type { Connection } from '../engine/connection';
import type { BeginOptions } from '../sql/transaction-options';
import type { Causality } from '../engine/connection-options';
import type { Engine } from '../engine/engine';
import type { EndOptions } from './scope';
import type { SessionSettings } from './session-settings';
import { PartialCommitError, UnboundSessionError } from '../errors/errors';
import type { Setting } from '../sql/settings';
import { transactionOptionsOf } from '../sql/transaction-options';
import { Positions } from './positions';
import { currentScope } from './scope';
import { settingsFrom } from './settings';

export class SessionConnections {
  readonly #open = new Map<Engine, Connection>();
  readonly #session: object;
  readonly #settings: SessionSettings;
  readonly #onBegin: () => void;
  /** What its reads must see, where it may read from replicas. */
  #positions: Positions | undefined;
  /** The scope that the session was made in. */
  readonly #home = currentScope();

  /** @param onBegin called when BEGIN has been sent on one of them. */
  constructor(session: object, settings: SessionSettings, onBegin: () => void) {
    this.#session = session;
    this.#settings = settings;
    this.#onBegin = onBegin;
  }

  /** The connection to `engine`, made on first use; it costs nothing before its first statement. */
  on(engine: Engine): Connection {
    const open = this.#open.get(engine);
    if (open) return open;
    const connection = engine.connect({
      autobegin: this.#settings.autocommit !== true,
      keepsConnection: false,
      begin: this.#settings.begin,
      transaction: transactionOptionsOf(this.#settings),
      settings: this.#mayHaveSettings ? () => this.#settingsOn(engine) : undefined,
      session: this.#session,
      listener: currentScope()?.observer,
      onBegin: this.#onBegin,
      causality: engine.readsFromReplicas ? this.#causalityOn(engine) : undefined,
    });
    this.#open.set(engine, connection);
    return connection;
  }

  #causalityOn(engine: Engine): Causality {
    const scope = this.#home ?? currentScope();
    this.#positions ??= scope?.positions ?? new Positions();
    const position = this.#positions.on(engine);
    return this.#settings.readsFrom === 'primary' ? position.onPrimary() : position;
  }

  get #mayHaveSettings(): boolean {
    const given = this.#settings.settings ?? this.#home?.settings;
    return given !== undefined || this.#home === undefined;
  }

  /** A session that was made outside every scope has the settings of the one that begins its transaction. */
  #settingsOn(engine: Engine): readonly Setting[] {
    const scope = this.#home ?? currentScope();
    return settingsFrom([scope?.settings, this.#settings.settings], engine);
  }

  /** Those to `engines`. @throws UnboundSessionError when there are none. */
  onAll(engines: readonly Engine[]): readonly Connection[] {
    if (engines.length === 0) throw new UnboundSessionError();
    return engines.map((engine) => this.on(engine));
  }

  /** Whether no engine was used yet. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  some(test: (connection: Connection) => boolean): boolean {
    for (const connection of this.#open.values()) if (test(connection)) return true;
    return false;
  }

  /** All or none. @throws InvalidRequestError when a transaction is under way. */
  async begin(engines: readonly Engine[], options?: BeginOptions): Promise<void> {
    const begun: Connection[] = [];
    try {
      for (const connection of this.onAll(engines)) {
        await connection.begin({ ...transactionOptionsOf(this.#settings), ...options });
        begun.push(connection);
      }
    } catch (error) {
      for (const connection of begun) await connection.rollback();
      throw error;
    }
  }

  /** In the order of their first use. @throws PartialCommitError when one refuses after another has committed. */
  commit(): Promise<void> {
    const [only] = this.#open.values();
    const committing = only && this.#open.size === 1 ? only.commit() : this.#commitAll();
    return this.#positions ? committing.then(() => this.#positions?.saved()) : committing;
  }

  async #commitAll(): Promise<void> {
    const connections = [...this.#open];
    const committed: Engine[] = [];
    for (const [i, [engine, connection]] of connections.entries()) {
      const wrote = connection.hasUncommittedWrites;
      try {
        await connection.commit();
      } catch (error) {
        for (const [, rest] of connections.slice(i + 1))
          if (rest.inTransaction)
            await rest.invalidate('Another database of this session refused to commit.');
        throw committed.length > 0 ? new PartialCommitError(committed, engine, error) : error;
      }
      if (wrote) committed.push(engine);
    }
  }

  /** All or none. @throws InvalidRequestError when one of them has done more than reading. */
  async release(): Promise<void> {
    for (const connection of this.#open.values()) connection.assertOnlyRead();
    await this.#each((connection) => connection.release());
  }

  rollback(): Promise<void> {
    return this.#each((connection) => connection.rollback());
  }

  /** Rolls back all but `kept` and refuses their statements until `rollback()`. */
  invalidate(why: string, kept: readonly Connection[] = []): Promise<void> {
    return this.#each(async (connection) => {
      if (!kept.includes(connection)) await connection.invalidate(why);
    });
  }

  /** All of them, at once where there is nothing to wait for. */
  close(options: EndOptions): Promise<void> | undefined {
    let closing: Promise<void>[] | undefined;
    for (const connection of this.#open.values()) {
      const ending = connection.end(options);
      if (ending) (closing ??= []).push(ending);
    }
    return closing && (closing.length > 1 ? this.#all(closing) : closing[0]);
  }

  /** One after the other, all of them even if one fails. */
  async #each(action: (connection: Connection) => Promise<void>): Promise<void> {
    const done: Promise<void>[] = [];
    for (const connection of this.#open.values()) {
      const doing = action(connection);
      done.push(doing);
      await doing.catch(() => undefined);
    }
    await this.#all(done);
  }

  /** @throws what one of them was rejected with, or an AggregateError of several. */
  async #all(actions: readonly Promise<void>[]): Promise<void> {
    const failures = (await Promise.allSettled(actions)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason as unknown] : [],
    );
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw new AggregateError(failures, 'Several databases of this session failed.');
  }
}

/**
 * The Session: one unit of work. Its transaction begins by itself at the first statement and ends with
 * `commit()`, `rollback()` or `close()`, each of which gives the connection back. Statements that a
 * library sends on the same engine, in the same scope, are part of it.
 *
 * There is no identity map: loading a row twice gives two objects, and only objects that were `add`ed are saved.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_api.html
 */
import type { BeginMode, BeginOptions, TransactionOptions } from '../sql/transaction-options';
import type { Engine } from '../engine/engine';
import type { Connection } from '../engine/connection';
import type { Class, Identity, Mapper } from '../orm/mapper';
import type { RequestedPage } from '../orm/pagination';
import type { Executable } from '../sql/built';
import type { Params } from '../sql/placeholders';
import type { Result } from '../engine/result';
import type { EndOptions, ScopedResource } from './scope';
import type { Hook } from './session-hooks';
import { InvalidRequestError, ScopeClosedError, UnboundSessionError } from '../errors/errors';
import type { Nesting } from '../engine/nesting';
import { assertNotFailed, holderOf, nestingOn, newNesting, runNested } from '../engine/nesting';
import { mapperOf, mapperOfInstance } from '../orm/mapper';
import { Query } from '../orm/query';
import { transactionOptionsOf } from '../sql/transaction-options';
import { currentScope, enterScope, Scope } from './scope';
import { SessionConnections } from './session-connections';
import { SessionHooks } from './session-hooks';
import { Steps } from './steps';
import { translateError } from '../dialects/translate-error';
import { UnitOfWork } from '../orm/unit-of-work';

export interface SessionOptions extends TransactionOptions {
  /** The engine for everything that no mapper assigns to another. */
  readonly bind?: Engine | undefined;
  /** Further engines this session reaches, by key: models mapped on them, and `connection(key)`. Each has its own transaction. */
  readonly binds?: Readonly<Record<string, Engine>>;
  /**
   * Statements commit by themselves, as outside a session, until `begin()` is called; `add`ed objects are
   * still saved by `flush()` or `commit()`. Default false: the transaction begins by itself.
   */
  readonly autocommit?: boolean;
  /** Flush pending objects before `query`, `get` and `execute` read. Default true. */
  readonly autoflush?: boolean;
  /** When the transaction really begins. Default: the engine's. */
  readonly begin?: BeginMode;
  /** The page and size that `paginate()` of a query takes where it is given none: those of a request, for instance. Default: the first. */
  readonly requestedPage?: () => RequestedPage;
  /** What `query()` makes. Default {@link Query}. */
  readonly queryClass?: typeof Query;
  /** What `sessionmaker` makes, for methods of your own. Default {@link Session}. */
  readonly class?: typeof Session;
}

/** For the check of what `sessionmaker` and sessions are given. */
export const SESSION_OPTIONS: Readonly<Record<keyof SessionOptions, true>> = {
  bind: true,
  binds: true,
  autocommit: true,
  autoflush: true,
  begin: true,
  isolationLevel: true,
  readOnly: true,
  requestedPage: true,
  queryClass: true,
  class: true,
};

/** A nested transaction that is open, and what a flush inside it failed with. */
interface NestedTransaction {
  readonly nesting: Nesting;
  readonly connections: readonly Connection[];
  failure?: { readonly error: unknown };
}

export class Session implements ScopedResource {
  /** Values that the application keeps with the session. */
  readonly info: Record<string, unknown> = {};
  readonly #options: SessionOptions;
  readonly #engines: readonly Engine[];
  readonly #connections = new SessionConnections((engine) => this.#connect(engine));
  readonly #work = new UnitOfWork();
  readonly #hooks = new SessionHooks();
  readonly #nested: NestedTransaction[] = [];
  readonly #steps = new Steps();
  /** What scopes know this session by: its factory. */
  readonly #key: object;
  #ended = false;

  /** Use {@link sessionmaker}. */
  constructor(options: SessionOptions, key: object) {
    this.#options = options;
    this.#engines = enginesOf(options);
    this.#key = key;
  }

  /** @throws UnboundSessionError */
  get bind(): Engine {
    const { bind } = this.#options;
    if (!bind) throw new UnboundSessionError();
    return bind;
  }

  /** Every engine this session may reach. */
  get engines(): readonly Engine[] {
    return this.#engines;
  }

  /** Added objects that have no row yet. */
  get new(): readonly object[] {
    return this.#work.new;
  }

  /** Added objects that have a row and differ from it. */
  get dirty(): readonly object[] {
    return this.#work.dirty;
  }

  /** Objects to be deleted at the next flush. */
  get deleted(): readonly object[] {
    return this.#work.deleted;
  }

  /** Whether a transaction is under way, even if BEGIN has not been sent yet. */
  inTransaction(): boolean {
    return this.#connections.some((connection) => connection.inTransaction);
  }

  /** Whether something was written that only `commit()` would keep: pending objects, or statements of any library. */
  get hasUncommittedWrites(): boolean {
    return (
      this.#connections.some((connection) => connection.hasUncommittedWrites) ||
      this.#work.hasUnwritten
    );
  }

  // --- the unit of work ----------------------------------------------------------------------

  /** Saves the object at the next flush: INSERT, or UPDATE where it has a row. @throws UnmappedError */
  add(instance: object): void {
    this.#assertUsable();
    this.#assertReaches(mapperOfInstance(instance));
    this.#work.add(instance, nestingOn(this));
  }

  addAll(instances: Iterable<object>): void {
    for (const instance of instances) this.add(instance);
  }

  /** Deletes the object's row at the next flush. @throws InvalidRequestError when it has none. */
  delete(instance: object): void {
    this.#assertUsable();
    this.#work.delete(instance, nestingOn(this));
  }

  /** Takes the object out of the session: it will be neither saved nor deleted. */
  expunge(instance: object): void {
    this.#work.expunge(instance);
  }

  /**
   * Writes what was added and deleted, through each library's own calls, in order of dependency, and what has changed
   * since it was added and written in this transaction. Where more than 500 objects are known, the latter is left to commit().
   *
   * @throws IntegrityError and the like; the transaction is rolled back then, and nothing runs in this
   *   session until `rollback()`. Inside `beginNested` its savepoint alone is undone, and all goes on.
   */
  async flush(): Promise<void> {
    await this.#flush(false);
  }

  async #flush(isLast: boolean): Promise<void> {
    this.#assertUsable();
    if (this.#work.isEmpty && !this.#steps.isFlushing) return;
    await this.#steps.run(() => this.#write(isLast), this.#scope());
  }

  async #write(isLast: boolean): Promise<void> {
    const nesting = nestingOn(this);
    assertNotFailed(nesting);
    try {
      await this.#work.write(nesting, isLast);
    } catch (error) {
      const failure = translateError(error);
      const nested = this.#nested.find((each) => each.nesting === holderOf(nesting));
      if (nested) nested.failure = { error: failure };
      await this.#connections.invalidate(
        'A flush failed, so its transaction was rolled back.',
        nested?.connections,
      );
      throw failure;
    }
  }

  // --- the transaction -----------------------------------------------------------------------

  /**
   * Begins a transaction by hand, on every engine of the session, to choose its isolation level, its access mode
   * or when it really begins, or with a function to commit when it resolves and roll back when it rejects.
   *
   * @throws InvalidRequestError when one is under way.
   */
  begin(options?: BeginOptions): Promise<void>;
  begin<T>(fn: () => Promise<T>, options?: BeginOptions): Promise<T>;
  async begin<T>(
    first?: BeginOptions | (() => Promise<T>),
    second?: BeginOptions,
  ): Promise<T | void> {
    const fn = typeof first === 'function' ? first : undefined;
    this.#assertUsable();
    this.#steps.assertOutside('begin()');
    const options = { ...this.#transaction, ...(fn ? second : (first as BeginOptions)) };
    await this.#steps.run(() => this.#connections.begin(this.engines, options));
    if (!fn) return undefined;
    try {
      const value = await this.run(fn);
      await this.commit();
      return value;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  /**
   * Runs `fn` in a savepoint, on every engine of the session that it uses: kept when it resolves, undone when it
   * rejects; what was done before stays either way.
   */
  async beginNested<T>(fn: () => Promise<T>): Promise<T> {
    await this.flush();
    const nesting = newNesting(this);
    const connections = this.#connections.onAll(this.engines);
    const nested: NestedTransaction = { nesting, connections };
    const work = async (): Promise<T> => {
      try {
        const value = await this.run(fn);
        await this.flush();
        if (nested.failure) throw nested.failure.error; // caught by fn, but half a flush must not be kept
        return value;
      } catch (error) {
        nesting.state = 'failed';
        await this.#steps.flushed(); // nor one that goes on while its savepoint is undone
        throw error;
      }
    };
    this.#nested.push(nested);
    try {
      const nestedOnAll = connections.reduce<() => Promise<T>>(
        (inner, connection) => () => connection.beginNested(inner),
        work,
      );
      const value = await runNested(nesting, nestedOnAll);
      nesting.state = 'kept';
      return value;
    } catch (error) {
      nesting.state = 'failed';
      this.#work.undo(nesting);
      throw error;
    } finally {
      this.#nested.splice(this.#nested.indexOf(nested), 1);
    }
  }

  /**
   * Flushes, commits and gives the connection back. The session goes on with a new transaction when used again.
   *
   * Several databases commit one after the other, in the order of their first use. There is no two-phase
   * commit: when one of them refuses, those before it stay committed and those after it are rolled back.
   *
   * @throws IntegrityError, OperationalError … ; call `rollback()` then.
   * @throws PartialCommitError when a database refused after another had committed.
   */
  async commit(): Promise<void> {
    this.#assertUsable();
    this.#steps.assertOutside('commit()');
    await this.#flush(true);
    if (!this.#hooks.isEmpty && (await this.#hooks.beforeCommit())) await this.#flush(true);
    await this.#steps.run(() => this.#connections.commit());
    this.#work.committed();
    if (!this.#hooks.isEmpty) await this.#hooks.ended('commit');
  }

  /** Undoes everything since the last commit, forgets pending objects, gives the connection back. */
  async rollback(): Promise<void> {
    this.#steps.assertOutside('rollback()');
    this.#work.clear();
    await this.#steps.run(() => this.#connections.rollback());
    await this.#hooks.ended('rollback');
  }

  /** Rolls back what is not committed and gives the connection back. The session may be used again. */
  async close(): Promise<void> {
    await this.rollback();
  }

  /** Runs `hook` once, after this transaction has begun on the server. */
  afterBegin(hook: Hook): void {
    this.#hooks.on('begin', hook);
  }

  /**
   * Runs `hook` once, when this transaction is about to be committed and all that was added is flushed. What
   * the hook adds is saved too; when it throws, nothing is committed.
   */
  beforeCommit(hook: Hook): void {
    this.#hooks.on('before-commit', hook);
  }

  /** Runs `hook` once, after this transaction is really committed (not at a savepoint). */
  afterCommit(hook: Hook): void {
    this.#hooks.on('commit', hook);
  }

  /** Runs `hook` once, after this transaction is rolled back. */
  afterRollback(hook: Hook): void {
    this.#hooks.on('rollback', hook);
  }

  // --- reading and plain SQL -----------------------------------------------------------------

  /** The object with this primary key, or undefined. @throws UnmappedError */
  get<T extends object>(target: Class<T>, id: Identity): Promise<T | undefined> {
    const mapper = mapperOf(target);
    this.#assertReaches(mapper);
    return this.load(() => mapper.get(id));
  }

  /** @throws UnmappedError */
  query<T extends object>(target: Class<T>): Query<T> {
    const mapper = mapperOf(target);
    this.#assertReaches(mapper);
    return new (this.#options.queryClass ?? Query)(this, mapper);
  }

  /** Reads the object's row again. @throws NoResultFound when it is gone. */
  async refresh(instance: object): Promise<void> {
    const mapper = mapperOfInstance(instance);
    await this.load(() => mapper.refresh(instance));
  }

  /** Runs one statement in the session's transaction; see {@link Connection.execute} for what it takes and throws. */
  execute(statement: Executable, params?: Params): Promise<Result> {
    if (this.#mustWait)
      return this.#readyToRead().then(() => this.connection().execute(statement, params));
    try {
      return this.connection().execute(statement, params);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * The session's connection to an engine, or to the one under a key of `binds`; its own bind by default.
   *
   * @throws UnboundSessionError, ScopeClosedError
   */
  connection(target: Engine | string = this.bind): Connection {
    const engine = typeof target === 'string' ? this.#bound(target) : target;
    this.#assertUsable();
    return this.#connections.on(engine);
  }

  /** Runs `fn` where this session is the current one: statements of libraries in it join this session. */
  run<T>(fn: () => Promise<T>): Promise<T> {
    const scope = currentScope();
    if (scope && this.engines.every((engine) => scope.get(engine) === this)) return fn();
    return enterScope(this.#scope(), async () => await fn());
  }

  /**
   * Runs a read by a library's own calls as `query` and `get` do: in this session, with pending objects flushed first
   * and errors translated.
   */
  async load<T>(fn: () => Promise<T>): Promise<T> {
    this.#assertUsable();
    if (this.#mustWait) await this.#readyToRead();
    try {
      return await this.run(fn);
    } catch (error) {
      throw translateError(error);
    }
  }

  /** What `paginate()` of a query takes where it is given no page or size. */
  requestedPage(): RequestedPage {
    return this.#options.requestedPage?.() ?? {};
  }

  /** Closes the session for good: it refuses further use. At once where there is nothing to wait for. */
  end(options: EndOptions = {}): void | Promise<void> {
    this.#ended = true;
    this.#work.clear();
    const closing = this.#connections.close(options);
    if (closing) return closing.then(() => this.#hooks.ended('rollback'));
    return this.#hooks.isEmpty ? undefined : this.#hooks.ended('rollback');
  }

  #connect(engine: Engine): Connection {
    return engine.connect({
      autobegin: this.#options.autocommit !== true,
      keepsConnection: false,
      begin: this.#options.begin,
      transaction: this.#transaction,
      session: this,
      listener: currentScope()?.observer,
      onBegin: () => this.#hooks.begun(),
    });
  }

  /** A scope inside the running one in which this session is the current one. */
  #scope(): Scope {
    return Scope.around(this, [this.#key, ...this.#engines], currentScope());
  }

  /** Whether a read has to wait: for a flush under way, or for one to be made first. */
  get #mustWait(): boolean {
    return this.#steps.isFlushing || this.#mustFlush;
  }

  async #readyToRead(): Promise<void> {
    if (this.#mustFlush) await this.flush();
    await this.#steps.flushed();
  }

  get #mustFlush(): boolean {
    return this.#options.autoflush !== false && this.#work.hasUnattended(nestingOn(this));
  }

  #bound(key: string): Engine {
    const { binds = {} } = this.#options;
    const engine = Object.hasOwn(binds, key) ? binds[key] : undefined;
    if (engine) return engine;
    throw new InvalidRequestError(
      `Bind key '${key}' is not in this session's binds (${Object.keys(binds).join(', ') || 'it has none'}): ` +
        `sessionmaker({ bind, binds: { ${key}: engine } }).`,
    );
  }

  get #transaction(): TransactionOptions {
    return transactionOptionsOf(this.#options);
  }

  /** A statement of a class mapped elsewhere would commit by itself, outside this session. */
  #assertReaches({ engine, name }: Mapper): void {
    if (this.#engines.length > 0 && !this.#engines.includes(engine)) {
      throw new InvalidRequestError(
        `Class '${name}' is mapped on ${engine}, which this session does not reach. Add that engine to its binds, ` +
          `sessionmaker({ bind, binds: { key: engine } }), or use the session of that engine.`,
      );
    }
  }

  #assertUsable(): void {
    if (this.#ended) throw new ScopeClosedError();
    assertNotFailed(nestingOn(this));
  }
}

/** The engines that sessions with these options reach. */
export function enginesOf({ bind, binds }: SessionOptions): readonly Engine[] {
  const own = bind ? [bind] : [];
  return binds ? [...new Set([...own, ...Object.values(binds)])] : own;
}

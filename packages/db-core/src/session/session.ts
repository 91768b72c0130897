/**
 * The Session: one unit of work. Its transaction begins by itself at the first statement and ends with
 * `commit()`, `rollback()` or `close()`, each of which gives the connection back. Statements that a
 * library sends on the same engine, in the same scope, are part of it.
 *
 * There is no identity map: loading a row twice gives two objects, and only objects that were `add`ed are saved.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_api.html
 */
import type { BeginOptions } from '../sql/transaction-options';
import type { Engine } from '../engine/engine';
import type { Connection } from '../engine/connection';
import type { Class, Identity } from '../orm/mapper';
import type { RequestedPage } from '../orm/pagination';
import type { Values } from '../orm/query-types';
import type { Executable } from '../sql/built';
import type { Params } from '../sql/placeholders';
import type { Result } from '../engine/result';
import type { EndOptions, ScopedResource } from './scope';
import type { Hook } from './session-hooks';
import type { SessionSettings } from './session-settings';
import { ScopeClosedError, UnboundSessionError } from '../errors/errors';
import type { Logger } from '../errors/logger';
import { consoleLogger } from '../errors/logger';
import { assertNotFailed, nestingOn } from '../engine/nesting';
import { mapperOf, mapperOfInstance } from '../orm/mapper';
import { Query } from '../orm/query';
import { Flusher } from './flusher';
import { getOrCreate, upsert } from './get-or-create';
import { currentScope, enterScope, Scope } from './scope';
import { SessionConnections } from './session-connections';
import { SessionHooks } from './session-hooks';
import { assertReaches, boundEngine, enginesOf } from './session-settings';
import { SessionUse } from './session-use';
import { Steps } from './steps';
import { translateError } from '../dialects/translate-error';
import { UnitOfWork } from '../orm/unit-of-work';
import { expectRefusals } from './unhandled-refusals';
import { defaultOnUnsavedChange, UnsavedChanges } from './unsaved-changes';

export class Session implements ScopedResource {
  /** Values that the application keeps with the session. */
  readonly info: Record<string, unknown> = {};
  readonly #settings: SessionSettings;
  readonly #engines: readonly Engine[];
  readonly #connections: SessionConnections;
  readonly #work = new UnitOfWork();
  readonly #hooks = new SessionHooks();
  readonly #steps = new Steps();
  readonly #use = new SessionUse(this);
  readonly #flusher: Flusher;
  readonly #unsaved: UnsavedChanges | undefined;
  /** What scopes know this session by: its factory. */
  readonly #key: object;
  #ended = false;
  #committed = false;

  /** Use {@link sessionmaker}. */
  constructor(settings: SessionSettings, key: object) {
    this.#settings = settings;
    this.#engines = enginesOf(settings);
    const onUnsavedChange = settings.onUnsavedChange ?? defaultOnUnsavedChange(this);
    this.#unsaved = onUnsavedChange && new UnsavedChanges(onUnsavedChange);
    this.#key = key;
    this.#connections = new SessionConnections(this, settings, () => this.#hooks.begun());
    this.#flusher = new Flusher({
      session: this,
      work: this.#work,
      steps: this.#steps,
      connections: this.#connections,
      autoflush: settings.autoflush !== false,
      scope: () => this.#scope(),
    });
  }

  /** @throws UnboundSessionError */
  get bind(): Engine {
    const { bind } = this.#settings;
    if (!bind) throw new UnboundSessionError();
    return bind;
  }

  /** Every engine this session may reach. */
  get engines(): readonly Engine[] {
    return this.#engines;
  }

  /** Where its warnings go: to the logger of the first of its engines. */
  get logger(): Logger {
    return this.#engines[0]?.logger ?? consoleLogger;
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

  /** Whether a stream or cursor of a library is being read, so that the session can do nothing else. */
  get isStreaming(): boolean {
    return this.#connections.some(({ occupant }) => occupant !== undefined && !occupant.destroyed);
  }

  /** Whether `commit()` was called although nothing was ever done in this session. */
  get committedNothing(): boolean {
    return this.#committed && this.#connections.isEmpty;
  }

  /** @internal Whether somebody else's work would be mixed with what is under way. */
  get isAtWork(): boolean {
    return this.#steps.isBusy || this.inTransaction() || this.hasUncommittedWrites;
  }

  // --- the unit of work ----------------------------------------------------------------------

  /** Saves the object at the next flush: INSERT, or UPDATE where it has a row. @throws UnmappedError */
  add(instance: object): void {
    this.#assertUsable();
    assertReaches(this.#engines, mapperOfInstance(instance));
    this.#work.add(instance, nestingOn(this));
    this.#unsaved?.watch(instance);
  }

  /** Adds each of them, as {@link Session.add} does. */
  addAll(instances: Iterable<object>): void {
    for (const instance of instances) this.add(instance);
  }

  /** Deletes the object's row at the next flush. @throws InvalidRequestError when it has none. */
  delete(instance: object): void {
    this.#assertUsable();
    this.#work.delete(instance, nestingOn(this));
  }

  /** Takes the object out of the session: it will be neither saved nor deleted, and its changes are not asked about. */
  expunge(instance: object): void {
    this.#work.expunge(instance);
    this.#unsaved?.forget(instance);
  }

  /**
   * Writes what was added and deleted, through each library's own calls, in order of dependency, and what has changed
   * since it was added and written in this transaction. Where more than 500 objects are known, the latter is left to commit().
   *
   * @throws IntegrityError and the like; the transaction is rolled back then, and nothing runs in this
   *   session until `rollback()`. Inside `beginNested` its savepoint alone is undone, and all goes on.
   */
  async flush(): Promise<void> {
    this.#assertUsable();
    await this.#flusher.flush();
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
    const options = fn ? second : (first as BeginOptions | undefined);
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
    return this.#flusher.nest(this.#connections.onAll(this.engines), async () => {
      const value = await this.run(fn);
      await this.flush();
      return value;
    });
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
    if (this.#flusher.hasWork) await this.#flusher.flush(true);
    if (!this.#hooks.isEmpty && (await this.#hooks.beforeCommit())) await this.#flusher.flush(true);
    this.#unsaved?.report((object) => this.#work.has(object));
    await this.#steps.run(() => this.#connections.commit());
    this.#work.committed();
    this.#committed = true;
    if (!this.#hooks.isEmpty) await this.#hooks.ended('commit');
  }

  /** Undoes everything since the last commit, forgets pending objects, gives the connection back. */
  async rollback(): Promise<void> {
    this.#use.assertHere(true);
    this.#steps.assertOutside('rollback()');
    this.#work.clear();
    await this.#steps.run(() => this.#connections.rollback());
    await this.#hooks.ended('rollback');
  }

  /**
   * Gives the connection back before the code waits for something else, a slow hash or another service, where the
   * transaction has only read. The session goes on with a new transaction when it reads again; objects that were added
   * stay so. Under `on-first-write` plain reads hold none anyway.
   *
   * @throws InvalidRequestError when something was written or locked: `commit()` or `rollback()` then.
   */
  async release(): Promise<void> {
    this.#assertUsable();
    this.#steps.assertOutside('release()');
    await this.#steps.run(() => this.#connections.release());
  }

  /** Rolls back what is not committed and gives the connection back. The session may be used again. */
  async close(): Promise<void> {
    await this.rollback();
  }

  /** `await using session = factory()` closes it at the end of its block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Runs `hook` once, after this transaction has begun on the server. Its promise is not waited for until `commit()`,
   * which fails with it. For what every transaction must have before its first statement there is the option `settings`.
   */
  afterBegin(hook: Hook): void {
    this.#assertUsable();
    this.#hooks.on('begin', hook);
  }

  /**
   * Runs `hook` once, when this transaction is about to be committed and all that was added is flushed. What
   * the hook adds is saved too; when it throws, nothing is committed.
   */
  beforeCommit(hook: Hook): void {
    this.#assertUsable();
    this.#hooks.on('before-commit', hook);
  }

  /** Runs `hook` once, after this transaction is really committed (not at a savepoint). */
  afterCommit(hook: Hook): void {
    this.#assertUsable();
    this.#hooks.on('commit', hook);
  }

  /** Runs `hook` once, after this transaction is rolled back. */
  afterRollback(hook: Hook): void {
    this.#assertUsable();
    this.#hooks.on('rollback', hook);
  }

  // --- reading and plain SQL -----------------------------------------------------------------

  /** The object with this primary key, or undefined. @throws UnmappedError */
  get<T extends object>(target: Class<T>, id: Identity): Promise<T | undefined> {
    const mapper = mapperOf(target);
    assertReaches(this.#engines, mapper);
    return this.load(() => mapper.get(id));
  }

  /** @throws UnmappedError */
  query<T extends object>(target: Class<T>): Query<T> {
    const mapper = mapperOf(target);
    assertReaches(this.#engines, mapper);
    return new (this.#settings.queryClass ?? Query)(this, mapper);
  }

  /**
   * The object with the values `by`, those of a unique constraint, or a new one with `more` beside them, which is written at
   * once, in a savepoint. Where another session makes it in the meantime it is that one's.
   *
   * @returns the object, and whether it was created.
   * @throws IntegrityError where another unique column is taken; ArgumentError for a value that is null.
   * @example
   * const [tag, created] = await Session.getOrCreate(Tag, { name: 'news' });
   */
  getOrCreate<T extends object>(
    target: Class<T>,
    by: Values<T>,
    more: Values<T> = {},
  ): Promise<readonly [object: T, created: boolean]> {
    return getOrCreate(this, target, by, more);
  }

  /**
   * Gives the row with the values `by`, those of a unique constraint, the values `more`, or creates it with both. It is written
   * at once, by the library's own UPDATE or INSERT; what another session writes in the meantime is overwritten, not duplicated.
   *
   * @returns the object as it is stored, and whether it was created.
   * @throws IntegrityError where another unique column is taken; ArgumentError for a value of `by` that is null or in `more` too.
   * @example
   * const [setting] = await Session.upsert(Setting, { userId, name: 'theme' }, { value: 'dark' });
   */
  upsert<T extends object>(
    target: Class<T>,
    by: Values<T>,
    more: Values<T>,
  ): Promise<readonly [object: T, created: boolean]> {
    return upsert(this, target, by, more);
  }

  /** Reads the object's row again. @throws NoResultFound when it is gone. */
  async refresh(instance: object): Promise<void> {
    const mapper = mapperOfInstance(instance);
    await this.load(() => mapper.refresh(instance));
  }

  /** Runs one statement in the session's transaction; see {@link Connection.execute} for what it takes and throws. */
  execute(statement: Executable, params?: Params): Promise<Result> {
    if (this.#flusher.readMustWait)
      return this.#flusher.readyToRead().then(() => this.connection().execute(statement, params));
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
    const engine = typeof target === 'string' ? boundEngine(this.#settings, target) : target;
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
   *
   * @throws DatabaseError what the library has thrown, as db-core's error.
   */
  load<T>(fn: () => Promise<T>): Promise<T> {
    try {
      this.#assertUsable();
      return this.#flusher.readMustWait
        ? this.#flusher.readyToRead().then(() => this.#read(fn))
        : this.#read(fn);
    } catch (error) {
      return Promise.reject(translateError(error) as Error);
    }
  }

  #read<T>(fn: () => Promise<T>): Promise<T> {
    return this.run(fn).then(
      (read) => {
        this.#unsaved?.watch(read);
        return read;
      },
      (error: unknown) => {
        throw translateError(error);
      },
    );
  }

  /**
   * Begins the transaction on `engine` now, as one that may write, where none is open that may. For what a lock on rows
   * does elsewhere on a database with one writer at a time. Does nothing where statements commit by themselves.
   */
  async beginWrite(engine: Engine = this.bind): Promise<void> {
    await this.connection(engine).beginWrite();
  }

  /** What `paginate()` of a query takes where it is given no page or size. */
  requestedPage(): RequestedPage {
    return this.#settings.requestedPage?.() ?? {};
  }

  /** @internal A scope holds it from now on, and ends it. */
  heldIn(scope: Scope): void {
    this.#use.holdIn(scope);
  }

  /** Closes the session for good: it refuses further use. At once where there is nothing to wait for. */
  end(options: EndOptions = {}): void | Promise<void> {
    this.#ended = true;
    this.#work.clear();
    const closing = this.#connections.close(options);
    if (closing) expectRefusals();
    if (this.#hooks.isEmpty) return closing;
    return closing
      ? closing.then(() => this.#hooks.ended('rollback'))
      : this.#hooks.ended('rollback');
  }

  /** A scope inside the running one in which this session is the current one. */
  #scope(): Scope {
    return Scope.around(this, [this.#key, ...this.#engines], currentScope());
  }

  #assertUsable(): void {
    if (this.#ended) {
      expectRefusals();
      throw new ScopeClosedError();
    }
    this.#use.assertHere();
    assertNotFailed(nestingOn(this));
  }
}

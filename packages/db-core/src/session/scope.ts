/**
 * The scope: what one request (or one job, script or test) shares, wherever its code runs. It is the
 * AsyncLocalStorage store, and it ends exactly once: what it holds is ended and nothing can be opened in it any more.
 *
 * Ports Flask's application context as Flask-SQLAlchemy uses it.
 *
 * @see https://flask.palletsprojects.com/en/stable/appcontext/
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ScopeObserver } from './observers';
import type { SettingsSource } from './settings';
import { ScopeClosedError } from '../errors/errors';
import type { Logger } from '../errors/logger';
import { consoleLogger } from '../errors/logger';
import { Positions } from './positions';
import { assertKnownOptions } from '../errors/unknown-option';
import { SessionTraces } from './session-trace';

const DONE = Promise.resolve();
const storage = new AsyncLocalStorage<Scope | undefined>();

/** How a scope is ended. */
export interface EndOptions {
  /** Ask the database to stop statements in flight: the client has gone away. Default false: they are waited for. */
  readonly cancel?: boolean;
}

/** What a scope holds and ends: a session, as far as a scope knows it. */
export interface ScopedResource {
  readonly hasUncommittedWrites: boolean;
  /** Whether a commit is all that was asked of it. */
  readonly committedNothing?: boolean;
  /** Where its warnings go. */
  readonly logger?: Logger;
  /** The outermost scope that holds it from now on. */
  heldIn?(scope: Scope): void;
  /** Ends it for good, at once where there is nothing to wait for. */
  end(options: EndOptions): void | Promise<void>;
}

export type { ScopeEvent, ScopeObserver } from './observers';

/** Options of a scope: of `runInScope`, and of each request by `initApp`. */
export interface ScopeOptions {
  /** Notes what happens in the scope, as a `Recorder` does. Default: nothing is noted. */
  readonly observer?: ScopeObserver | undefined;
  /** Where warnings about the scope go. Default: the logger of the engine that its first session is on. */
  readonly logger?: Logger | undefined;
  /** What every transaction of the scope's sessions is begun with. Default: nothing, beside what the sessions have themselves. */
  readonly settings?: SettingsSource | undefined;
  /** A scope inside another: what it does not hold itself is the other's. */
  readonly parent?: Scope | undefined;
  /** Called once, when the first session is opened: until then a request costs no teardown. */
  readonly onFirstSession?: () => void;
  /**
   * Called once, with the first refusal that nobody handles of a call that was not done when the scope ended: a missing
   * `await`. Default: it is printed.
   */
  readonly onRefused?: ((error: Error) => void) | undefined;
  /** Whether what the scope belongs to is over although `close` was not called yet. */
  readonly isOver?: () => boolean;
  /** What was written before that the scope must see on replicas. Default: nothing, and what it writes itself is noted. */
  readonly positions?: Positions | (() => Positions) | undefined;
}

/**
 * What one request, job, script or test shares, wherever its code runs: its session, and the promise that it ends exactly once.
 * `currentScope()` gives the one the code runs in; `initApp` and `runInScope` make it and end it.
 *
 * @see https://flask.palletsprojects.com/en/stable/appcontext/
 */
export class Scope {
  readonly #options: ScopeOptions;
  /** One resource may stand under several keys: its factory, and each engine it reaches. */
  readonly #resources = new Map<object, ScopedResource>();
  #positions: Positions | undefined;
  #used = false;
  #hasRefused = false;
  #closing: Promise<void> | undefined;
  /** Of the sessions opened while somebody watches. */
  #traces: SessionTraces | undefined;

  constructor(options: ScopeOptions = {}) {
    this.#options = options;
  }

  /** A scope inside `parent` in which `resource` stands under `keys`. It need not be closed. */
  static around(resource: ScopedResource, keys: Iterable<object>, parent?: Scope): Scope {
    const scope = new Scope({ parent });
    for (const key of keys) scope.#resources.set(key, resource);
    return scope;
  }

  get closed(): boolean {
    return (
      this.#closing !== undefined ||
      (this.#options.isOver?.() ?? this.#options.parent?.closed ?? false)
    );
  }

  get observer(): ScopeObserver | undefined {
    return this.#options.observer ?? this.#options.parent?.observer;
  }

  get settings(): SettingsSource | undefined {
    const { settings, parent } = this.#options;
    return settings === undefined ? parent?.settings : settings;
  }

  /** What its sessions must see of what was written, on replicas. */
  get positions(): Positions {
    if (this.#positions) return this.#positions;
    const { positions, parent } = this.#options;
    const given = typeof positions === 'function' ? positions() : positions;
    return (this.#positions = given ?? parent?.positions ?? new Positions());
  }

  /** Where warnings about it go. */
  get logger(): Logger {
    const { logger, parent } = this.#options;
    return logger ?? parent?.logger ?? this.resources[0]?.logger ?? consoleLogger;
  }

  /** What is open in this scope now. */
  get resources(): readonly ScopedResource[] {
    return [...new Set(this.#resources.values())];
  }

  /** The outermost scope around this one; itself where there is none. */
  get outermost(): Scope {
    return this.#options.parent?.outermost ?? this;
  }

  /** Whether this is `other`, or a scope inside it. */
  isWithin(other: Scope): boolean {
    return this === other || (this.#options.parent?.isWithin(other) ?? false);
  }

  /** Whether anything was opened in it. */
  get used(): boolean {
    return this.#used;
  }

  /** Whether something was written in this scope that only a commit would keep. */
  get hasUncommittedWrites(): boolean {
    for (const resource of this.#resources.values()) if (resource.hasUncommittedWrites) return true;
    return false;
  }

  /** Whether a commit is all that was asked of what is open here: the work was done elsewhere, or was none. */
  get committedNothing(): boolean {
    for (const { committedNothing } of this.#resources.values())
      if (!committedNothing) return false;
    return this.#resources.size > 0;
  }

  /** What stands under `key`, or else under `other`; undefined where nothing was opened, and where all is ended. */
  get(key: object, other?: object): ScopedResource | undefined {
    const own = this.#closing ? undefined : this.#resources.get(key);
    if (own) return own;
    const second = other && !this.#closing ? this.#resources.get(other) : undefined;
    return second ?? this.#options.parent?.get(key, other);
  }

  /**
   * Holds `resource` from now on, under `key` and under each of `more` that is free: a scope inside another passes it to that one.
   *
   * @throws ScopeClosedError
   */
  add(resource: ScopedResource, key: object, more: readonly object[] = []): void {
    const { parent, onFirstSession } = this.#options;
    if (parent) return parent.add(resource, key, more);
    if (this.closed) throw new ScopeClosedError();
    if (!this.#used) onFirstSession?.();
    this.#used = true;
    resource.heldIn?.(this);
    this.observer?.note('session-opened', { session: resource });
    if (SessionTraces.wanted) (this.#traces ??= new SessionTraces()).opened(resource, this);
    this.#resources.set(key, resource);
    for (const each of more) if (!this.#resources.has(each)) this.#resources.set(each, resource);
  }

  /** Lets go of `resource` without ending it. */
  remove(resource: ScopedResource): void {
    for (const [key, held] of this.#resources) if (held === resource) this.#resources.delete(key);
    this.#traces?.removed(resource);
    this.#options.parent?.remove(resource);
  }

  /** @internal Tells of a refusal that nobody handles, unless it has told of one before. */
  tellRefused(error: Error): void {
    if (!this.#hasRefused)
      (this.#options.onRefused ?? ((refused) => warnOfRefused(this.logger, refused)))(error);
    this.#hasRefused = true;
  }

  /**
   * Ends the scope: refuses further sessions and statements, rolls back what is not committed and gives
   * the connections back. Safe to call twice; resolves when all is done.
   *
   * @throws AggregateError of what went wrong with the sessions that could not be closed.
   */
  close(options: EndOptions = {}): Promise<void> {
    return this.end(options) ?? DONE;
  }

  /** @internal As `close`; undefined where nothing has to be waited for. */
  end(options: EndOptions = {}): Promise<void> | undefined {
    this.#closing ??= (this.#used ? this.#endResources(options) : undefined) ?? DONE;
    return this.#closing === DONE ? undefined : this.#closing;
  }

  /** `await using scope = new Scope()` closes it at the end of its block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Most requests end with nothing to wait for: their sessions have committed, or have only read. */
  #endResources(options: EndOptions): Promise<void> | undefined {
    let waiting: Promise<void>[] | undefined;
    let last: ScopedResource | undefined;
    for (const resource of this.#resources.values()) {
      if (resource === last) continue; // the keys of one stand side by side
      last = resource;
      const ending = resource.end(options);
      if (ending) (waiting ??= []).push(this.#removedAfter(ending, resource));
      else this.#noteRemoved(resource);
    }
    return waiting && (waiting.length > 1 ? allOf(waiting) : waiting[0]?.catch(notClosed));
  }

  #removedAfter(ending: Promise<void>, resource: ScopedResource): Promise<void> {
    return ending.then(
      () => this.#noteRemoved(resource),
      (error: unknown) => {
        this.#noteRemoved(resource, error);
        throw error;
      },
    );
  }

  #noteRemoved(resource: ScopedResource, error?: unknown): void {
    this.observer?.note('session-removed', { session: resource });
    this.#traces?.removed(resource, error);
  }
}

async function allOf(endings: readonly Promise<void>[]): Promise<void> {
  const failures = (await Promise.allSettled(endings)).flatMap((each) =>
    each.status === 'rejected' ? [each.reason as unknown] : [],
  );
  if (failures.length > 0) notClosed(...failures);
}

function notClosed(...failures: readonly unknown[]): never {
  throw new AggregateError(failures, 'Sessions could not be closed at the end of their scope.');
}

/** The scope this code runs in, or undefined. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Runs `fn` in `scope`, which stays open afterwards: its maker closes it. */
export function enterScope<T>(scope: Scope, fn: () => T): T {
  return storage.run(scope, fn);
}

/** Runs `fn` as if outside every scope: statements commit by themselves. */
export function outsideScope<T>(fn: () => Promise<T>): Promise<T> {
  return storage.run(undefined, async () => await fn());
}

/** What is printed of a refusal that nobody handles. @param where what has ended: `POST /users`. */
export function warnOfRefused(logger: Logger, error: Error, where = 'A scope'): void {
  logger.error(
    { err: error },
    `${where} had ended before a call in it was done, which was refused and is lost: await it. ` +
      'Lint finds such calls, with the rule no-floating-promises.',
  );
}

/** What `runInScope` may be given. */
export interface RunInScopeOptions
  extends Pick<ScopeOptions, 'logger' | 'observer' | 'onRefused' | 'positions' | 'settings'> {
  /** Called when the scope has ended, with what `fn` failed with, undefined where it did not. It is awaited. */
  readonly onTeardown?: (error: unknown, scope: Scope) => unknown;
}

/**
 * Runs `fn` in a new scope, for scripts, jobs and tests. At the end sessions are removed, after an
 * error as well; what was not committed is rolled back.
 *
 * @throws what `fn` rejects with; else what the teardown failed with.
 * @example
 * await runInScope(async () => {
 *   Session.add(new User({ name: 'admin' }));
 *   await Session.commit();
 * });
 */
export async function runInScope<T>(
  fn: () => Promise<T> | T,
  given: RunInScopeOptions = NO_OPTIONS,
): Promise<T> {
  if (given !== NO_OPTIONS) assertKnownOptions('option of runInScope()', given, KNOWN_OPTIONS);
  const { onTeardown } = given;
  const scope = new Scope(given);
  let value: T;
  try {
    // Awaited inside: a lazy query builder given back by fn would start outside the scope.
    value = await storage.run(scope, async () => await fn());
  } catch (error) {
    await tearDown(scope, onTeardown, error).catch((failure: unknown) =>
      scope.logger.error({ err: failure }, 'Teardown failed:'),
    );
    throw error;
  }
  const ending = onTeardown ? tearDown(scope, onTeardown) : scope.end();
  if (ending) await ending;
  return value;
}

const NO_OPTIONS: RunInScopeOptions = {};
const KNOWN_OPTIONS: Readonly<Record<keyof RunInScopeOptions, true>> = {
  logger: true,
  observer: true,
  onRefused: true,
  onTeardown: true,
  positions: true,
  settings: true,
};

async function tearDown(
  scope: Scope,
  onTeardown: RunInScopeOptions['onTeardown'],
  error?: unknown,
): Promise<void> {
  try {
    await scope.close();
  } finally {
    await onTeardown?.(error, scope);
  }
}

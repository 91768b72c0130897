/**
 * The scope: what one request (or one job, script or test) shares, wherever its code runs. It is the
 * AsyncLocalStorage store, and it ends exactly once: its sessions are removed and nothing can open another in it.
 *
 * Ports Flask's application context as Flask-SQLAlchemy uses it.
 *
 * @see https://flask.palletsprojects.com/en/stable/appcontext/
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine } from '../engine/engine';
import type { Recorder } from '../observe/recorder';
import type { Session } from './session';
import { ScopeClosedError } from '../errors/errors';

const DONE = Promise.resolve();
const storage = new AsyncLocalStorage<Scope | undefined>();

export interface ScopeOptions {
  /** Notes what the scope's sessions do. Default: nobody. */
  readonly recorder?: Recorder | undefined;
  /** The request it belongs to, whose query string `paginate()` reads. */
  readonly request?: { readonly query: unknown };
  /** A scope inside another: what it does not hold itself is the other's. */
  readonly parent?: Scope | undefined;
  /** Called once, when the scope opens its first session: until then a request costs no teardown. */
  readonly onFirstSession?: () => void;
  /** Whether what the scope belongs to is over although `close` was not called yet. */
  readonly isOver?: () => boolean;
}

export class Scope {
  readonly #options: ScopeOptions;
  readonly #sessions = new Map<object, Session>();
  readonly #byEngine = new Map<Engine, Session>();
  #used = false;
  #closing: Promise<void> | undefined;

  constructor(options: ScopeOptions = {}) {
    this.#options = options;
  }

  /** A scope inside `parent` in which `session` is the current one. It need not be closed. */
  static around(session: Session, key: object, parent: Scope | undefined): Scope {
    const scope = new Scope({ parent });
    scope.#sessions.set(key, session);
    for (const engine of session.engines) scope.#byEngine.set(engine, session);
    return scope;
  }

  get closed(): boolean {
    return (
      this.#closing !== undefined ||
      (this.#options.isOver?.() ?? this.#options.parent?.closed ?? false)
    );
  }

  /** What notes the work of this scope; undefined unless asked for. */
  get recorder(): Recorder | undefined {
    return this.#options.recorder ?? this.#options.parent?.recorder;
  }

  /** The request this scope belongs to; undefined in a script. */
  get request(): { readonly query: unknown } | undefined {
    return this.#options.request ?? this.#options.parent?.request;
  }

  /** The sessions open in this scope now. */
  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** The session under `key`, or else the one on `engine`, if it was opened. */
  peek(key: object, engine?: Engine): Session | undefined {
    return this.#known(key, engine) ?? this.#options.parent?.peek(key, engine);
  }

  /**
   * The session under `key`, made on first use. One that was opened here on the same `engine` under another
   * key will do: a scope has one transaction on an engine, however many modules have a registry of their own.
   *
   * @throws ScopeClosedError
   */
  session(key: object, create: () => Session, engine?: Engine): Session {
    const known = this.#known(key, engine);
    if (known && !this.#closing) return known;
    if (this.#options.parent) return this.#options.parent.session(key, create, engine);
    if (this.closed) throw new ScopeClosedError();
    if (!this.#used) {
      this.#used = true;
      this.#options.onFirstSession?.();
    }
    const session = create();
    this.recorder?.note('session-opened');
    this.#sessions.set(key, session);
    for (const engine of session.engines)
      if (!this.#byEngine.has(engine)) this.#byEngine.set(engine, session);
    return session;
  }

  /** The session that statements of libraries on `engine` join: the first that was opened here for it. */
  sessionOn(engine: Engine): Session | undefined {
    return this.#byEngine.get(engine) ?? this.#options.parent?.sessionOn(engine);
  }

  /** Takes the session under `key` out of the scope; the next use makes a new one. */
  forget(key: object, engine?: Engine): Session | undefined {
    const session = this.#known(key, engine);
    if (!session) return this.#options.parent?.forget(key, engine);
    for (const [other, known] of this.#sessions)
      if (known === session) this.#sessions.delete(other);
    for (const [engine, settled] of this.#byEngine)
      if (settled === session) this.#byEngine.delete(engine);
    return session;
  }

  /**
   * Ends the scope: refuses further sessions and statements, rolls back what is not committed and gives
   * the connections back. Safe to call twice; resolves when all is done.
   *
   * @param options.cancel ask the database to stop statements in flight (the client has gone away).
   * @throws AggregateError of whatever sessions could not be closed.
   */
  close(options: { readonly cancel?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#endNow(options) ? DONE : this.#end(options);
    return this.#closing;
  }

  #known(key: object, engine: Engine | undefined): Session | undefined {
    return this.#sessions.get(key) ?? (engine && this.#byEngine.get(engine));
  }

  /** Most requests end with nothing to wait for: their sessions have committed, or have only read. */
  #endNow(options: { readonly cancel?: boolean }): boolean {
    for (const session of this.#sessions.values()) if (!session.endNow(options)) return false;
    if (this.recorder) for (const _ of this.#sessions) this.recorder.note('session-removed');
    return true;
  }

  async #end(options: { readonly cancel?: boolean }): Promise<void> {
    if (!this.#used) return;
    const failures: unknown[] = [];
    const end = async (session: Session): Promise<void> => {
      await session.end(options).catch((failure: unknown) => failures.push(failure));
      this.recorder?.note('session-removed');
    };
    const { sessions } = this;
    const [only] = sessions;
    if (only && sessions.length === 1) await end(only);
    else await Promise.all(sessions.map(end));
    if (failures.length > 0)
      throw new AggregateError(failures, 'Sessions could not be closed at the end of their scope.');
  }
}

/** The scope this code runs in, or undefined. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Runs `fn` in `scope`, which stays open afterwards: whoever made it closes it. */
export function enterScope<T>(scope: Scope, fn: () => T): T {
  return storage.run(scope, fn);
}

/** Runs `fn` as if outside every scope: statements commit by themselves. */
export function outsideScope<T>(fn: () => Promise<T>): Promise<T> {
  return storage.run(undefined, async () => await fn());
}

/**
 * Runs `fn` in a new scope, for scripts, jobs and tests. At the end sessions are removed, whatever
 * happened; what was not committed is rolled back.
 *
 * @example
 * await runInScope(async () => {
 *   Session.add(new User({ name: 'admin' }));
 *   await Session.commit();
 * });
 */
export async function runInScope<T>(
  fn: () => Promise<T> | T,
  options: Pick<ScopeOptions, 'recorder' | 'request'> = {},
): Promise<T> {
  const scope = new Scope(options);
  try {
    // Awaited inside: a lazy query builder given back by fn would start outside the scope.
    return await storage.run(scope, async () => await fn());
  } finally {
    await scope.close();
  }
}

/**
 * The registry of sessions: one object, made once and imported everywhere, that stands for the
 * session of the scope in which the code runs.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/contextual.html
 */
import type { Class } from '../orm/mapper';
import type { Query } from '../orm/query';
import type { SessionFactory, SessionOptions } from './sessionmaker';
import { InvalidRequestError, NoActiveScopeError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { asSession, sessionIn } from './current';
import { assertFactory, refuseQueryCalls } from './misuse';
import { currentScope } from './scope';
import { Session } from './session';

/** Calls of a session work on it directly; `Session()` gives the session itself. */
export interface ScopedSession extends Session {
  /** The scope's session, made on first use; options are for a session that is not there yet. */
  (options?: SessionOptions): Session;
  /** Whether the scope has a session already. */
  has(): boolean;
  /**
   * Ends the scope's session, if there is one: what is not committed is rolled back, and the session refuses
   * further use wherever it was kept. The next use of the registry makes a new one.
   */
  remove(): Promise<void>;
  /** Changes the factory's options. */
  configure(options: SessionOptions): void;
  /**
   * A property for `Object.defineProperty(Base, 'query', Session.queryProperty())`: read on a class it is
   * a query of that class.
   */
  queryProperty(): PropertyDescriptor & ThisType<Class>;
  readonly factory: SessionFactory;
}

/** Options of `scopedSession`. */
export interface ScopedSessionOptions {
  /** What the session belongs to, by identity. Default: the request, or the `runInScope` call, the code runs in. */
  readonly scopefunc?: () => unknown;
  /** Called before each use of a session; throws where there can be none. For extensions, which name their own calls. */
  readonly assertUsable?: () => void;
}

/**
 * Several of them on one engine share each scope's session, which has the options of the one used first:
 * parts of a program that were written apart, with different libraries, are one transaction.
 *
 * @throws NoActiveScopeError at use, not here, where no scope is active.
 * @example
 * export const Session = scopedSession(sessionmaker({ bind: engine }));
 * // in a handler:
 * Session.add(user);
 * await Session.commit();
 */
export function scopedSession(
  factory: SessionFactory,
  options: ScopedSessionOptions = {},
): ScopedSession {
  assertFactory(factory);
  assertKnownOptions('option of scopedSession', options, { scopefunc: true, assertUsable: true });
  const registry = options.scopefunc
    ? new KeyedRegistry(factory, options.scopefunc)
    : new ScopeRegistry(factory);
  if (options.scopefunc) factory.current = () => registry.session('A statement');
  const session = (what: string, overrides?: SessionOptions): Session => {
    options.assertUsable?.();
    return registry.session(what, overrides);
  };
  const own = {
    factory,
    has: () => registry.peek() !== undefined,
    configure: (changes: SessionOptions) => factory.configure(changes),
    async remove(): Promise<void> {
      await registry.remove()?.end();
    },
    queryProperty: () =>
      refuseQueryCalls({
        configurable: true,
        get(this: Class): Query<object> {
          return session('A query').query(this);
        },
      }),
  };
  const call = (overrides?: SessionOptions): Session => {
    if (overrides && registry.peek()) {
      throw new InvalidRequestError(
        'This scope has a session already: options can only be given before its first use.',
      );
    }
    return session('Session()', overrides);
  };
  return new Proxy(call, {
    get(_target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      if (name === 'then' || typeof name === 'symbol') return undefined; // being awaited or printed is no use of a session
      const current = session(`Session.${name}`);
      const member: unknown = current[name as keyof Session];
      return typeof member === 'function' ? (member.bind(current) as unknown) : member;
    },
    has: (_target, name) =>
      Object.hasOwn(own, name) || name in (registry.peek() ?? Session.prototype),
  }) as unknown as ScopedSession;
}

interface Registry {
  session(what: string, options?: SessionOptions): Session;
  peek(): Session | undefined;
  remove(): Session | undefined;
}

/** One session a scope, kept by the scope itself. */
class ScopeRegistry implements Registry {
  readonly #factory: SessionFactory;

  constructor(factory: SessionFactory) {
    this.#factory = factory;
  }

  session(what: string, options?: SessionOptions): Session {
    const scope = currentScope();
    if (!scope) throw new NoActiveScopeError(what);
    const engine = options?.bind ?? this.#factory.options.bind;
    return sessionIn(scope, this.#factory, engine, () => this.#factory(options));
  }

  peek(): Session | undefined {
    return asSession(currentScope()?.get(this.#factory, this.#factory.options.bind));
  }

  remove(): Session | undefined {
    const session = this.peek();
    if (session) currentScope()?.remove(session);
    return session;
  }
}

/** One session for each value of the user's function; the code that chose it calls `remove()`. */
class KeyedRegistry implements Registry {
  readonly #factory: SessionFactory;
  readonly #scopefunc: () => unknown;
  readonly #sessions = new Map<unknown, Session>();

  constructor(factory: SessionFactory, scopefunc: () => unknown) {
    this.#factory = factory;
    this.#scopefunc = scopefunc;
  }

  session(_what: string, options?: SessionOptions): Session {
    const key = this.#scopefunc();
    let session = this.#sessions.get(key);
    if (!session) this.#sessions.set(key, (session = this.#factory(options)));
    return session;
  }

  peek(): Session | undefined {
    return this.#sessions.get(this.#scopefunc());
  }

  remove(): Session | undefined {
    const key = this.#scopefunc();
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    return session;
  }
}

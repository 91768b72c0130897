/**
 * A factory of sessions that are all configured alike.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_api.html#sqlalchemy.orm.sessionmaker
 */
import type { SessionSource } from './current';
import type { SessionSettings } from './session-settings';
import { assertKnownOptions } from '../errors/unknown-option';
import { attachSource, detachSource, sessionIn } from './current';
import { assertOptions, refuseSessionCalls } from './misuse';
import { currentScope } from './scope';
import { Session } from './session';
import { enginesOf } from './session-settings';

/** Options of `sessionmaker`, and of each session that it makes. */
export interface SessionOptions extends SessionSettings {
  /** What `sessionmaker` makes, for methods of your own. Default {@link Session}. */
  readonly class?: typeof Session;
}

/** For the check of what `sessionmaker` and sessions are given. */
const SESSION_OPTIONS: Readonly<Record<keyof SessionOptions, true>> = {
  bind: true,
  binds: true,
  autocommit: true,
  autoflush: true,
  settings: true,
  readsFrom: true,
  onUnsavedChange: true,
  begin: true,
  isolationLevel: true,
  readOnly: true,
  requestedPage: true,
  queryClass: true,
  class: true,
};

export interface SessionFactory extends SessionSource {
  /** A new session. Options given here win over the factory's. The caller closes it. */
  (options?: SessionOptions): Session;
  /** The session that is current here; undefined outside any scope. A registry of its own may replace it. */
  current: SessionSource['current'];
  /** Changes the options of sessions made from now on; `bind` may be given here, once the engine exists. */
  configure(options: SessionOptions): void;
  readonly options: SessionOptions;
}

/**
 * @param options.bind the engine; may come later, by `configure({ bind })`.
 * @param options.autoflush flush pending objects before reading. Default true.
 * @throws ArgumentError for an unknown option, here and where options are given later.
 * @example
 * const Session = scopedSession(sessionmaker({ bind: createEngine('sqlite:///app.db') }));
 */
export function sessionmaker(options: SessionOptions = {}): SessionFactory {
  assertOptions(options);
  assertKnownOptions('option of a session', options, SESSION_OPTIONS);
  let current = Object.freeze({ ...options });
  const make = (given: SessionOptions): Session => new (given.class ?? Session)(given, factory);
  const factory = Object.assign(
    (overrides?: SessionOptions): Session => {
      if (!overrides) return make(current);
      assertKnownOptions('option of a session', overrides, SESSION_OPTIONS);
      return make({ ...current, ...overrides });
    },
    {
      configure(changes: SessionOptions): void {
        assertKnownOptions('option of a session', changes, SESSION_OPTIONS);
        for (const engine of enginesOf(current)) detachSource(engine, factory);
        current = Object.freeze({ ...current, ...changes });
        for (const engine of enginesOf(current)) attachSource(engine, factory);
      },
      current(): Session | undefined {
        const scope = currentScope();
        return scope && sessionIn(scope, factory, current.bind, factory);
      },
    },
  ) as unknown as SessionFactory;
  Object.defineProperty(factory, 'options', { get: () => current });
  refuseSessionCalls(factory, Session.prototype);
  for (const engine of enginesOf(current)) attachSource(engine, factory);
  return factory;
}

/**
 * Which session is the current one on an engine: the one that the running scope has opened there, or one opened now
 * by the first factory that was bound to the engine. Statements of libraries find their connection here.
 */
import type { Connection } from '../engine/connection';
import type { Engine } from '../engine/engine';
import type { Scope, ScopedResource } from './scope';
import { ScopeClosedError } from '../errors/errors';
import { currentScope } from './scope';
import { Session } from './session';
import { expectRefusals } from './unhandled-refusals';

/** Where an engine's statements get a session. */
export interface SessionSource {
  /** The session that is current here, made on first use; undefined outside any scope. @throws ScopeClosedError */
  current(): Session | undefined;
}

/** By engine, in the order of binding. */
const sources = new WeakMap<Engine, Set<SessionSource>>();

/** From now on statements on `engine` may open a session of this source. */
export function attachSource(engine: Engine, source: SessionSource): void {
  const attached = sources.get(engine);
  if (attached) attached.add(source);
  else sources.set(engine, new Set([source]));
}

export function detachSource(engine: Engine, source: SessionSource): void {
  sources.get(engine)?.delete(source);
}

/**
 * The connection that a library's statement on `engine` has to run on: the current session's, or undefined outside
 * a scope, where the library borrows one for itself. Ask for every statement.
 *
 * @throws ScopeClosedError in work that outlived its request.
 */
export function currentConnection(engine: Engine): Connection | undefined {
  const scope = currentScope();
  const session = asSession(scope?.get(engine)) ?? firstSource(engine)?.current();
  if (session) return session.connection(engine);
  if (scope?.closed) {
    expectRefusals();
    throw new ScopeClosedError();
  }
  return undefined;
}

/** The session that the running scope has opened on `engine`, if any: the first of several. */
export function openedSession(engine: Engine): Session | undefined {
  return asSession(currentScope()?.get(engine));
}

/**
 * The session under `key`, made on first use. One that was opened on the same `engine` under another
 * key will do: a scope has one transaction on an engine, however many modules have a registry of their own.
 *
 * @throws ScopeClosedError
 */
export function sessionIn(
  scope: Scope,
  key: object,
  engine: Engine | undefined,
  create: () => Session,
): Session {
  const known = asSession(scope.get(key, engine));
  if (known) return known;
  if (scope.closed) expectRefusals();
  const session = create();
  scope.add(session, key, session.engines);
  return session;
}

/** A scope may hold other resources than sessions, under keys of their own. */
export function asSession(resource: ScopedResource | undefined): Session | undefined {
  return resource instanceof Session ? resource : undefined;
}

function firstSource(engine: Engine): SessionSource | undefined {
  const attached = sources.get(engine);
  if (attached) for (const source of attached) return source;
  return undefined;
}

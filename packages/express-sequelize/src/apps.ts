/**
 * The apps that one `db` object serves, and the one the code runs on: that of the request, or of the
 * `appContext`, and outside both the only one there is. Ports Flask's `current_app` as the extension uses it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine, ScopedSession } from '@quartet/db-core';
import { ArgumentError, InvalidRequestError } from '@quartet/db-core';
import type { Application } from 'express';
import type { Sequelize } from 'sequelize';

/** What of a request an app needs here. */
export interface AppRequest {
  readonly query: unknown;
}

/** A bind key; the default database has the key null. */
export type Key = string | null;

/** What one app has of the `db` object. */
export interface AppState {
  /** Undefined for `db.init()`, which serves scripts and tests. */
  readonly app: Application | undefined;
  readonly engines: ReadonlyMap<Key, Engine>;
  /** Engines made here, which `db.dispose()` closes; those handed in are their owner's. */
  readonly own: readonly Engine[];
  readonly session: ScopedSession;
  readonly sequelizes: Map<Key, Sequelize>;
  readonly recordQueries: boolean;
  /** What is left to undo: engines may outlive the app. */
  readonly onForget: (() => void)[];
}

export class Apps {
  readonly #states = new Set<AppState>();
  readonly #context = new AsyncLocalStorage<{
    readonly state: AppState;
    readonly request: AppRequest | undefined;
  }>();
  readonly #onForget: (state: AppState) => void;

  /** @param onForget called for each app that is forgotten. */
  constructor(onForget: (state: AppState) => void) {
    this.#onForget = onForget;
  }

  add(state: AppState): void {
    this.#states.add(state);
  }

  forget(state: AppState): void {
    this.#states.delete(state);
    this.#onForget(state);
  }

  /** Runs `fn` on that app, and in `request`. Default: the request the code runs in. */
  run<T>(state: AppState, fn: () => T, request = this.request): T {
    return this.#context.run({ state, request }, fn);
  }

  /** The request the code runs in; undefined in a script. */
  get request(): AppRequest | undefined {
    return this.#context.getStore()?.request;
  }

  /** The app whose request or `appContext` this is. */
  get entered(): AppState | undefined {
    return this.#context.getStore()?.state;
  }

  /**
   * The app the code runs on.
   *
   * @param what what needs it, for the message.
   * @throws InvalidRequestError when there is none yet, and outside a request when there are several.
   */
  current(what: string): AppState {
    const { entered } = this;
    if (entered) return entered;
    if (this.#states.size > 1) this.#forgetDisposed();
    const [only, another] = this.#states;
    if (only && !another) return only;
    throw new InvalidRequestError(
      only
        ? `${what} was used outside a request, and this db serves several apps. Say which: await db.appContext(async () => { … }, { app }).`
        : `${what} was used before this db was given an app. Did you forget 'await db.initApp(app)', or make several 'SQLAlchemy' objects?`,
    );
  }

  /** The app the code runs on; undefined where none, or any of several, could be meant. */
  get ifAny(): AppState | undefined {
    return this.entered ?? (this.#states.size === 1 ? [...this.#states][0] : undefined);
  }

  /** @throws InvalidRequestError for an app that `initApp` was not called for. */
  of(app: Application): AppState {
    for (const state of this.#states) if (state.app === app) return state;
    throw new InvalidRequestError(
      `The current Express app is not registered with this 'SQLAlchemy' object. Did you forget 'await db.initApp(app)', or make several 'SQLAlchemy' objects?`,
    );
  }

  [Symbol.iterator](): Iterator<AppState> {
    return this.#states.values();
  }

  /** Apps whose engines their owner has disposed are gone. */
  #forgetDisposed(): void {
    for (const state of this.#states)
      if ([...state.engines.values()].every((engine) => engine.disposed)) this.forget(state);
  }
}

/** @throws ArgumentError when the app has no such database. */
export function engineOf(state: AppState, key: Key): Engine {
  const engine = state.engines.get(key);
  if (engine) return engine;
  const known = [...state.engines.keys()].map((each) => each ?? '(default)').join(', ');
  throw new ArgumentError(
    key === null
      ? `This app has no default database, only binds: ${known}. Set DATABASE_URL, or give the model a bindKey.`
      : `Bind key '${key}' is not among this app's databases: ${known}. Add it to SQLALCHEMY_BINDS or to initApp's binds.`,
  );
}

/** @throws ArgumentError when the app has no such database. */
export function sequelizeOf(state: AppState, key: Key): Sequelize {
  engineOf(state, key);
  return state.sequelizes.get(key) as Sequelize;
}

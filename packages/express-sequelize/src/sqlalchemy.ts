/**
 * The extension object, usually called `db`: models, session and engines of an Express app in one place.
 * Ports Flask-SQLAlchemy's `SQLAlchemy`, in the steps of "Under the hood" (the third article).
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/api/#flask_sqlalchemy.SQLAlchemy
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import type { Class, EngineOptions, ScopedSession, SessionOptions } from '@quartet/db-core';
import {
  createEngine,
  Engine,
  InvalidRequestError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { initApp as initRequestScopes, requestScopesOf } from '@quartet/db-core/express';
import { bindSequelize, createAll, dropAll } from '@quartet/db-sequelize';
import type { Application, RequestHandler } from 'express';
import type { ModelOptions, Sequelize } from 'sequelize';
import { Model as SequelizeModel } from 'sequelize';
import type { AppState, Key } from './app-state';
import { engineOf } from './app-state';
import type { AppOptions, Binds } from './config';
import { readConfig } from './config';
import type { DeclareOptions, ModelClass } from './declaration';
import { Declarations } from './declaration';
import type { Model } from './model';
import { baseFor } from './model';

export interface SQLAlchemyOptions {
  /** For every engine made by `initApp`; what is said there wins. */
  readonly engineOptions?: EngineOptions;
  /** For every session. */
  readonly sessionOptions?: SessionOptions & { readonly scopefunc?: () => unknown };
  /** For every model; `timestamps` is false unless set here. */
  readonly define?: ModelOptions;
  /** Leave table names to Sequelize (`Users`) instead of the class's in snake_case (`user`). Default false. */
  readonly disableAutonaming?: boolean;
  /** Make missing tables in `initApp`. Default true; false where migrations make them. */
  readonly createTables?: boolean;
}

const EXTENSION = 'quartet SQLAlchemy';

/**
 * @example
 * export const db = new SQLAlchemy();
 * export class User extends db.Model<User> { declare id: CreationOptional<number>; declare name: string }
 * User.init({ name: DataTypes.STRING(50) });
 *
 * const app = express();
 * app.set('DATABASE_URL', 'sqlite:///app.db');
 * await db.initApp(app);
 * app.get('/users', async (_req, res) => res.json(await db.session.query(User).all()));
 */
export class SQLAlchemy {
  /** The base class of this object's models. */
  readonly Model: typeof Model;
  /** The session of the request (or `appContext`) the code runs in, on whichever app that is. */
  readonly session: ScopedSession;
  readonly #options: SQLAlchemyOptions;
  readonly #declarations: Declarations;
  readonly #states = new Set<AppState>();
  readonly #context = new AsyncLocalStorage<AppState>();

  constructor(options: SQLAlchemyOptions = {}) {
    this.#options = Object.freeze({ ...options });
    this.#declarations = new Declarations({ autonaming: !options.disableAutonaming });
    this.session = sessionOf(() => this.#state('db.session').session);
    this.Model = baseFor({
      declare: (model, attributes, more) => void this.#declarations.add(model, attributes, more),
      isPending: (instance) => this.#pending(instance),
    });
  }

  /** The default database's engine. @throws InvalidRequestError when no app, or several, could be meant. */
  get engine(): Engine {
    return engineOf(this.#state('db.engine'), null);
  }

  /** Every engine of the app by bind key; null is the default one's. */
  get engines(): ReadonlyMap<Key, Engine> {
    return this.#state('db.engines').engines;
  }

  /** The Sequelize under the models: for `literal`, `fn` and what else it offers. */
  get sequelize(): Sequelize {
    const state = this.#state('db.sequelize');
    engineOf(state, null);
    return state.sequelizes.get(null) as Sequelize;
  }

  /**
   * Makes the app ready: call it once all files with models are imported, and before the routes.
   *
   * @throws InvalidRequestError without an app, or twice for one.
   * @throws ArgumentError where no database is set, or its URL is malformed.
   * @throws OperationalError when the database cannot be reached.
   */
  async initApp(app: Application, options: AppOptions = {}): Promise<void> {
    if (!isExpressApp(app)) throw new InvalidRequestError(NOT_AN_APP);
    if (app.get(EXTENSION)) throw new InvalidRequestError(TWICE);
    app.set(EXTENSION, this);
    try {
      const state = await this.#connect(app, options);
      this.#tearDownAfterEachRequest(app, state);
    } catch (error) {
      app.set(EXTENSION, undefined);
      throw error;
    }
  }

  /** As `initApp`, for a script, a job or a test that has no Express app. */
  async init(options: AppOptions): Promise<void> {
    await this.#connect(undefined, options);
  }

  /** Runs `fn` with a session of its own, outside any request: scripts, jobs, tests. Teardown follows. */
  appContext<T>(fn: () => Promise<T> | T, { app }: { app?: Application } = {}): Promise<T> {
    const state = app ? this.#stateOf(app) : this.#state('db.appContext');
    return this.#context.run(state, () => runInScope(fn));
  }

  /** Makes the missing tables of the models declared so far. */
  async createAll(): Promise<void> {
    const state = this.#state('db.createAll');
    for (const sequelize of state.sequelizes.values()) await createAll(sequelize);
  }

  /** Drops the models' tables and everything in them. */
  async dropAll(): Promise<void> {
    const state = this.#state('db.dropAll');
    for (const sequelize of state.sequelizes.values()) await dropAll(sequelize);
  }

  /** For shutdown, and between tests: forgets its apps and closes the engines made here. */
  async dispose(): Promise<void> {
    for (const { app, own, sequelizes } of this.#states) {
      app?.set(EXTENSION, undefined);
      for (const sequelize of sequelizes.values()) await sequelize.close();
      for (const engine of own) await engine.dispose();
    }
    this.#states.clear();
  }

  // The steps of the article's init_app, in its order.
  async #connect(app: Application | undefined, options: AppOptions): Promise<AppState> {
    const { scopefunc, ...sessionOptions } = this.#options.sessionOptions ?? {};
    const { engines, own } = makeEngines(
      readConfig(app, options, this.#options.engineOptions ?? {}),
    );
    const factory = sessionmaker({ ...sessionOptions, ...bindOf(engines) });
    const session = scopedSession(factory, scopefunc && { scopefunc });
    const state: AppState = { app, engines, own, session, sequelizes: new Map() };
    Object.defineProperty(this.Model, 'query', this.session.queryProperty());
    await this.#defineModels(state);
    this.#states.add(state);
    if (this.#options.createTables !== false)
      for (const sequelize of state.sequelizes.values()) await createAll(sequelize);
    return state;
  }

  async #defineModels(state: AppState): Promise<void> {
    const define = { timestamps: false, ...this.#options.define };
    for (const [key, engine] of state.engines)
      state.sequelizes.set(key, await bindSequelize(engine, { define }));
    for (const declaration of this.#declarations) {
      engineOf(state, declaration.bindKey);
      declaration.define(
        state.sequelizes.get(declaration.bindKey) as Sequelize,
        SequelizeModel.init as never,
      );
    }
    for (const { model } of this.#declarations) model.associate?.();
  }

  #tearDownAfterEachRequest(app: Application, state: AppState): void {
    if (!requestScopesOf(app)) initRequestScopes(app);
    const enter: RequestHandler = (_req, _res, next) => this.#context.run(state, next);
    app.use(enter);
  }

  #state(what: string): AppState {
    const current = this.#context.getStore();
    if (current) return current;
    const [only, another] = this.#states;
    if (only && !another) return only;
    throw new InvalidRequestError(
      only
        ? `${what} was used outside a request, and this db serves several apps. Say which: await db.appContext(async () => { … }, { app }).`
        : `${what} was used before this db was given an app. Did you forget 'await db.initApp(app)', or make several SQLAlchemy objects?`,
    );
  }

  #stateOf(app: Application): AppState {
    for (const state of this.#states) if (state.app === app) return state;
    throw new InvalidRequestError(
      `This Express app is not registered with this 'SQLAlchemy' object. Did you forget 'await db.initApp(app)', or make several of them?`,
    );
  }

  #pending(instance: object): boolean {
    const state = this.#context.getStore() ?? [...this.#states][0];
    return Boolean(state?.session.has() && state.session.new.includes(instance));
  }
}

const NOT_AN_APP =
  'db.initApp(app) was called without an Express app. Pass what express() gave: const app = express(); await db.initApp(app); ' +
  'A script without one: await db.init({ url }).';
const TWICE =
  "A 'SQLAlchemy' object has already been registered on this Express app. Import and use that object instead.";

function isExpressApp(app: unknown): boolean {
  return typeof app === 'function' && 'use' in app && 'set' in app && 'settings' in (app as object);
}

function makeEngines(binds: Binds): { engines: Map<Key, Engine>; own: Engine[] } {
  const engines = new Map<Key, Engine>();
  const own: Engine[] = [];
  for (const [key, bind] of binds) {
    const engine = bind instanceof Engine ? bind : createEngine(bind);
    engines.set(key, engine);
    if (engine !== bind) own.push(engine);
  }
  return { engines, own };
}

function bindOf(engines: ReadonlyMap<Key, Engine>): SessionOptions {
  const bind = engines.get(null);
  return bind ? { bind } : {};
}

/** The one object that stands for the scoped session of whichever app the code runs on. */
function sessionOf(current: () => ScopedSession): ScopedSession {
  const call = (options?: SessionOptions): unknown => current()(options);
  // Needed before any app is there: read on a class, it gives a query of that class in the current session.
  const queryProperty = (): PropertyDescriptor & ThisType<Class> => ({
    configurable: true,
    get(this: Class) {
      return current().query(this);
    },
  });
  return new Proxy(call, {
    get(_target, name) {
      if (name === 'queryProperty') return queryProperty;
      if (name === 'then' || typeof name === 'symbol') return undefined; // being awaited or printed is no use of a session
      return Reflect.get(current(), name) as unknown;
    },
    has: (_target, name) => Reflect.has(current(), name),
  }) as unknown as ScopedSession;
}

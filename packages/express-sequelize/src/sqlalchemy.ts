/**
 * The extension object, usually called `db`: models, session and engines of Express apps in one place.
 * Ports Flask-SQLAlchemy's `SQLAlchemy`; `initApp` takes the steps of "Under the hood" (the third article).
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/api/#flask_sqlalchemy.SQLAlchemy
 */
import { inspect } from 'node:util';
import type { Engine, ScopedSession } from '@quartet/db-core';
import type { Identity } from '@quartet/db-core/binding';
import type { RecordedQuery } from '@quartet/db-core/observe';
import type { PaginateOptions, Pagination } from '@quartet/db-core/orm';
import {
  InvalidRequestError,
  outsideScope,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { getRecordedQueries, Recorder } from '@quartet/db-core/observe';
import { NotFoundError, Query } from '@quartet/db-core/orm';
import { initApp as initRequestScopes, requestScopesOf } from '@quartet/db-core/express';
import { bindSequelize, createAll, dropAll } from '@quartet/db-sequelize';
import { reflectTables } from '@quartet/db-sequelize/reflection';
import type { Application, RequestHandler } from 'express';
import type {
  FindOptions,
  Model as SequelizeModel,
  ModelAttributes,
  ModelStatic,
  Sequelize,
} from 'sequelize';
import type { AppState, Key } from './apps';
import { Apps, engineOf, sequelizeOf } from './apps';
import type { AppOptions } from './config';
import { isOn, readConfig } from './config';
import type { DeclareOptions, Declaration, ModelClass } from './declaration';
import { Declarations } from './declaration';
import { bindsOf, makeEngines } from './engines';
import type { Model } from './model';
import { baseFor } from './model';
import { ModelStates } from './model-states';
import { primaryKeyOf } from './primary-key';
import type {
  BindSelection,
  ContextOptions,
  RequestContextOptions,
  SQLAlchemyOptions,
} from './options';
import { currentSession, queryProperty } from './session';
import type { ModelsCommitted } from './track-modifications';
import { Signal, trackModifications } from './track-modifications';

const ALL = '__all__';
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
export class SQLAlchemy<B extends typeof Model = typeof Model> {
  /** The base class of this object's models. */
  readonly Model: B;
  /** What this object's queries are. */
  readonly Query: typeof Query;
  /** The session of the request (or `appContext`) the code runs in, on whichever app that is. */
  readonly session: ScopedSession;
  /** Told what a session is about to commit; with `trackModifications`. A listener that throws prevents the commit. */
  readonly beforeModelsCommitted = new Signal<ModelsCommitted>();
  /** Told what a session has committed; with `trackModifications`. */
  readonly modelsCommitted = new Signal<ModelsCommitted>();
  readonly #options: SQLAlchemyOptions<B>;
  readonly #declarations: Declarations;
  readonly #apps = new Apps((state) => this.#forget(state));
  readonly #modelStates = new ModelStates((property) => this.#ownerOf(property));

  constructor(options: SQLAlchemyOptions<B> = {}) {
    this.#options = Object.freeze({ ...options });
    this.#declarations = new Declarations({ autonaming: !options.disableAutonaming });
    this.Query = options.queryClass ?? Query;
    this.session = currentSession(() => this.#apps.current('db.session').session);
    this.Model = baseFor(options.modelClass, {
      declare: (model, attributes, more) => this.#declare(model, attributes, more),
      isPending: (instance) => this.session.has() && this.session.new.includes(instance),
    }) as B;
  }

  // --- apps ----------------------------------------------------------------------------------

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

  /** Runs `fn` with a session of its own, outside any request: scripts, jobs, tests. It is removed at the end. */
  appContext<T>(fn: () => Promise<T> | T, { app }: ContextOptions = {}): Promise<T> {
    return this.#inContext(fn, app, {});
  }

  /** As `appContext`, with the query string of a request: tests of what runs in one. */
  requestContext<T>(
    fn: () => Promise<T> | T,
    { app, query = {} }: RequestContextOptions = {},
  ): Promise<T> {
    return this.#inContext(fn, app, { request: { query } });
  }

  /** For shutdown, and between tests: forgets its apps and closes the engines made here. */
  async dispose(): Promise<void> {
    for (const state of this.#apps) await this.#close(state);
  }

  // --- engines and tables --------------------------------------------------------------------

  /** The default database's engine. @throws InvalidRequestError when no app, or several, could be meant. */
  get engine(): Engine {
    return engineOf(this.#apps.current('db.engine'), null);
  }

  /** Every engine of the app by bind key; null is the default one's. */
  get engines(): ReadonlyMap<Key, Engine> {
    return this.#apps.current('db.engines').engines;
  }

  /** The Sequelize under the models of the default database: for what the models do not offer. */
  get sequelize(): Sequelize {
    return sequelizeOf(this.#apps.current('db.sequelize'), null);
  }

  /** The models of one database by their tables' names. */
  tables(bindKey: Key = null): ReadonlyMap<string, ModelClass> {
    const tables = new Map<string, ModelClass>();
    for (const declaration of this.#declarations)
      if (declaration.bindKey === bindKey) tables.set(declaration.tableName, declaration.model);
    return tables;
  }

  /** Makes the missing tables of the models declared so far. @param binds default: all databases. */
  async createAll(binds: BindSelection = ALL): Promise<void> {
    await this.#each(this.#apps.current('db.createAll'), binds, createAll);
  }

  /** Drops the models' tables and everything in them. @param binds default: all databases. */
  async dropAll(binds: BindSelection = ALL): Promise<void> {
    await this.#each(this.#apps.current('db.dropAll'), binds, dropAll);
  }

  /**
   * Reads the tables that are there, and declares a model for each that has none, found under `db.tables()`. Those
   * without a primary key are left out.
   * Give one to a class of your own: `User.init(db.tables().get('user'))`.
   */
  async reflect(binds: BindSelection = ALL): Promise<void> {
    const state = this.#apps.current('db.reflect');
    await this.#each(state, binds, async (_sequelize, bindKey) => {
      const known = this.tables(bindKey);
      const tables = await outsideScope(() => reflectTables(engineOf(state, bindKey)));
      for (const [name, { attributes, options }] of Object.entries(tables))
        if (!known.has(name)) this.define(name, attributes, { ...options, bindKey });
    });
  }

  /** A model without a class of its own: association tables and the like. Ports `db.Table`. */
  define(
    tableName: string,
    attributes: ModelAttributes,
    { bindKey, ...options }: DeclareOptions & { readonly bindKey?: Key } = {},
  ): typeof Model {
    const model = class extends (this.Model as unknown as typeof Model) {};
    Object.defineProperty(model, 'name', { value: tableName });
    Object.defineProperty(model, 'bindKey', { value: bindKey ?? undefined });
    model.init(attributes as never, { ...options, tableName });
    return model;
  }

  // --- for views ------------------------------------------------------------------------------

  /**
   * @param id as it comes from a path will do: what is no whole number is not found where the key is one.
   * @param options Sequelize's own, such as `include`, and the `description` for the client.
   * @throws NotFoundError, which is answered as a 404.
   */
  async getOr404<M extends SequelizeModel>(
    model: ModelStatic<M>,
    id: Identity,
    { description, ...options }: FindOptions & { readonly description?: string } = {},
  ): Promise<M> {
    const where = primaryKeyOf(model, id);
    const found = where && (await this.session().load(() => model.findOne({ ...options, where })));
    if (found) return found;
    throw new NotFoundError(description);
  }

  /** @throws NotFoundError, which is answered as a 404. */
  firstOr404<T extends object>(query: Query<T>, description?: string): Promise<T> {
    return query.firstOr404(description);
  }

  /** @throws NotFoundError, which is answered as a 404: none, or several. */
  oneOr404<T extends object>(query: Query<T>, description?: string): Promise<T> {
    return query.oneOr404(description);
  }

  /** One page of a query, by `page` and `per_page` of the request unless given here. @throws NotFoundError */
  paginate<T extends object>(query: Query<T>, options?: PaginateOptions): Promise<Pagination<T>> {
    return query.paginate(options);
  }

  // --- seeing ---------------------------------------------------------------------------------

  /** The statements of this request so far; with `recordQueries`, otherwise none. */
  getRecordedQueries(): readonly RecordedQuery[] {
    return getRecordedQueries();
  }

  /** The names a REPL wants: `db`, `session` and every model. */
  shellContext(): Record<string, unknown> {
    const models = [...this.#declarations].map(({ model }) => [model.name, model] as const);
    return { db: this, session: this.session, ...Object.fromEntries(models) };
  }

  /** `<SQLAlchemy sqlite:///app.db +1 engines>`, with any password masked; `<SQLAlchemy>` where no app is meant. */
  toString(): string {
    const state = this.#apps.ifAny;
    if (!state) return '<SQLAlchemy>';
    const { engines } = state;
    const url = engines.get(null)?.url ?? '(No default engine)';
    const others = engines.has(null) ? engines.size - 1 : engines.size;
    return `<SQLAlchemy ${url}${others > 0 ? ` +${others} engines` : ''}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  // --- the steps of the article's init_app, in its order ----------------------------------------

  async #connect(app: Application | undefined, options: AppOptions): Promise<AppState> {
    const made = makeEngines(readConfig(app, options, this.#options.engineOptions ?? {}));
    const { scopefunc, ...sessionOptions } = this.#options.sessionOptions ?? {};
    const factory = sessionmaker({
      queryClass: this.Query,
      ...sessionOptions,
      ...bindsOf(made.engines),
    });
    const session = scopedSession(factory, scopefunc && { scopefunc });
    Object.defineProperty(this.Model, 'query', queryProperty(this.session));
    const state: AppState = {
      app,
      ...made,
      session,
      sequelizes: new Map(),
      onForget: [],
      recordQueries: isOn(app, options.recordQueries, 'SQLALCHEMY_RECORD_QUERIES'),
    };
    try {
      await this.#bindModels(state);
      if (isOn(app, options.trackModifications, 'SQLALCHEMY_TRACK_MODIFICATIONS'))
        trackModifications(state, this.beforeModelsCommitted, this.modelsCommitted);
      if (this.#options.createTables !== false) await this.#each(state, ALL, createAll);
    } catch (error) {
      await this.#close(state);
      throw error;
    }
    return state;
  }

  #tearDownAfterEachRequest(app: Application, state: AppState): void {
    const scopes = requestScopesOf(app) ?? initRequestScopes(app);
    if (state.recordQueries) scopes.record(() => new Recorder());
    const enter: RequestHandler = (_req, _res, next) => this.#apps.run(state, next);
    app.use(enter);
  }

  // --- models ---------------------------------------------------------------------------------

  async #bindModels(state: AppState): Promise<void> {
    const define = { timestamps: false, ...this.#options.define };
    for (const [key, engine] of state.engines)
      state.sequelizes.set(key, await bindSequelize(engine, { define }));
    this.#define(state, [...this.#declarations]);
    this.#apps.add(state);
  }

  #define(state: AppState, declarations: readonly Declaration[]): void {
    const models = declarations.map(({ model }) => model);
    this.#modelStates.define(state, models, () => {
      for (const declaration of declarations)
        declaration.define(sequelizeOf(state, declaration.bindKey));
      this.#apps.run(state, () => models.forEach((model) => model.associate()));
    });
  }

  /** A model declared when apps are there already is theirs too; its table is made by the next `createAll`. */
  #declare(
    model: ModelClass,
    attributes: ModelAttributes | ModelClass,
    options: DeclareOptions,
  ): void {
    const declaration = this.#declarations.add(model, attributes, options);
    if (declaration) for (const state of this.#apps) this.#define(state, [declaration]);
  }

  /** Whose columns and association methods a model shows. Statements must not go to just any of several databases. */
  #ownerOf(property: PropertyKey): AppState | undefined {
    return property === 'sequelize' ? this.#apps.current('A model') : this.#apps.entered;
  }

  // --- helpers --------------------------------------------------------------------------------

  async #inContext<T>(
    fn: () => Promise<T> | T,
    app: Application | undefined,
    options: { request?: { readonly query: unknown } },
  ): Promise<T> {
    const state = app ? this.#apps.of(app) : this.#apps.current('db.appContext');
    const recorder = state.recordQueries ? { recorder: new Recorder() } : {};
    return this.#apps.run(state, () => runInScope(fn, { ...options, ...recorder }));
  }

  async #each(
    state: AppState,
    binds: BindSelection,
    action: (sequelize: Sequelize, key: Key) => Promise<void>,
  ): Promise<void> {
    const keys = binds === ALL ? [...state.engines.keys()] : [binds].flat();
    for (const key of keys) await this.#apps.run(state, () => action(sequelizeOf(state, key), key));
  }

  async #close(state: AppState): Promise<void> {
    this.#apps.forget(state);
    for (const sequelize of state.sequelizes.values()) await sequelize.close();
    for (const engine of state.own) await engine.dispose();
  }

  #forget(state: AppState): void {
    state.app?.set(EXTENSION, undefined);
    this.#modelStates.forget(state);
    for (const undo of state.onForget) undo();
    // Its timers would keep the process alive. It holds no connection, so nothing can go wrong.
    for (const sequelize of state.sequelizes.values()) void sequelize.close();
  }
}

const NOT_AN_APP =
  'db.initApp(app) was called without an Express app. Pass what express() gave: const app = express(); await db.initApp(app). ' +
  'A script that has none: await db.init({ url }).';
const TWICE =
  "A 'SQLAlchemy' instance has already been registered on this Express app. Import and use that instance instead.";

function isExpressApp(app: unknown): boolean {
  return typeof app === 'function' && 'use' in app && 'set' in app && 'settings' in app;
}

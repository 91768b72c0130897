/**
 * The extension object, usually called `db`: models, session and engines of an Express app in one place.
 * Ports Flask-SQLAlchemy's `SQLAlchemy`; `initApp` takes the steps of "Under the hood" (the third article).
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/api/#flask_sqlalchemy.SQLAlchemy
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import type { Engine, Scope, ScopedSession, TeardownOptions } from '@quartet/db-core';
import type { Identity } from '@quartet/db-core/binding';
import type { RecordedQuery } from '@quartet/db-core/observe';
import type { PaginateOptions, Pagination } from '@quartet/db-core/orm';
import {
  currentScope,
  InvalidRequestError,
  NoActiveScopeError,
  outsideScope,
  runInScope,
  scopedSession,
  sessionmaker,
  translateError,
} from '@quartet/db-core';
import { assertKnownOptions, TeardownHooks } from '@quartet/db-core/binding';
import {
  currentRequest,
  initApp as initRequestScopes,
  requestedPage,
  requestScopesOf,
} from '@quartet/db-core/express';
import { getRecordedQueries, Recorder, trackModifications } from '@quartet/db-core/observe';
import { NotFoundError, Query } from '@quartet/db-core/orm';
import { createAll, dropAll, keyCondition } from '@quartet/db-sequelize';
import { reflectTables } from '@quartet/db-sequelize/reflection';
import type { Application } from 'express';
import type {
  FindOptions,
  Model as SequelizeModel,
  ModelAttributes,
  ModelStatic,
  Sequelize,
} from 'sequelize';
import type { AppOptions, Key } from './config';
import { readBinds, readOptions } from './config';
import { Databases } from './databases';
import type { DeclareOptions, ModelClass } from './declaration';
import { Declarations } from './declaration';
import type { Model } from './model';
import { baseFor } from './model';
import type { BindSelection, RequestContextOptions, SQLAlchemyOptions } from './options';
import { OPTIONS } from './options';
import type { ModelsCommitted } from './signal';
import { Signal } from './signal';

const ALL = '__all__';
const EXTENSION = 'quartet SQLAlchemy';

/** What `initApp` made for its app. */
interface AppState {
  /** Undefined for `db.init()`, which serves scripts and tests. */
  readonly app: Application | undefined;
  readonly databases: Databases;
  readonly recordQueries: boolean;
  /** Ends what `trackModifications` began. */
  stopTracking?: () => void;
}

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
  /** The session of the request (or `appContext`) the code runs in. */
  readonly session: ScopedSession;
  /** Sent before a session commits; with `trackModifications`. A listener that throws prevents the commit. */
  readonly beforeModelsCommitted = new Signal<ModelsCommitted>();
  /** Sent after a session has committed; with `trackModifications`. */
  readonly modelsCommitted = new Signal<ModelsCommitted>();
  readonly #options: SQLAlchemyOptions<B>;
  readonly #declarations: Declarations;
  /** What stands for the request in `requestContext` and `appContext`. */
  readonly #requests = new AsyncLocalStorage<{ readonly query: unknown }>();
  readonly #teardown = new TeardownHooks<[error: unknown]>();
  #state: AppState | undefined;

  /** @throws ArgumentError for an unknown option. */
  constructor(options: SQLAlchemyOptions<B> = {}) {
    assertKnownOptions('option', options, OPTIONS);
    this.#options = Object.freeze({ ...options });
    this.#declarations = new Declarations({ autonaming: !options.disableAutonaming });
    this.Query = options.queryClass ?? Query;
    const { scopefunc, ...sessionOptions } = options.sessionOptions ?? {};
    this.session = scopedSession(
      sessionmaker({
        queryClass: this.Query,
        requestedPage: () => requestedPage((this.#requests.getStore() ?? currentRequest())?.query),
        ...sessionOptions,
      }),
      {
        ...(scopefunc && { scopefunc }),
        assertUsable: () => {
          this.#current('db.session');
          if (!scopefunc && !currentScope()) throw new NoActiveScopeError('This call', SCOPES);
        },
      },
    );
    const { session } = this;
    this.Model = baseFor(options.modelClass, { declarations: this.#declarations, session }) as B;
  }

  // --- the app -------------------------------------------------------------------------------

  /**
   * Makes the app ready: call it once all files with models are imported, and before the routes.
   *
   * @throws InvalidRequestError without an app, twice for one, and for a second app before `dispose()`.
   * @throws ArgumentError where no database is set, its URL is malformed, or an option is unknown.
   * @throws OperationalError when the database cannot be reached.
   */
  async initApp(app: Application, options: AppOptions = {}): Promise<void> {
    if (!isExpressApp(app)) throw new InvalidRequestError(NOT_AN_APP);
    const state = await this.#open(app, options);
    const scopes = requestScopesOf(app) ?? initRequestScopes(app);
    if (state.recordQueries) scopes.record(() => new Recorder());
    for (const [hook, given] of this.#teardown) scopes.onTeardown(hook, given);
  }

  /** As `initApp`, for a script, a job or a test that has no Express app. */
  async init(options: AppOptions): Promise<void> {
    await this.#open(undefined, options);
  }

  /** Runs `fn` with a session of its own, outside any request: scripts, jobs, tests. It is removed at the end. */
  appContext<T>(fn: () => Promise<T> | T): Promise<T> {
    return this.#inContext(fn, { query: {} });
  }

  /** As `appContext`, with the query string of a request: tests of what runs in one. */
  requestContext<T>(
    fn: () => Promise<T> | T,
    { query = {} }: RequestContextOptions = {},
  ): Promise<T> {
    return this.#inContext(fn, { query });
  }

  /**
   * Adds a hook that is called at the end of each request, `appContext` and `requestContext` that has used the session, with
   * what it failed with. Ports `@app.teardown_appcontext`.
   *
   * @param options.withoutData call it for those that used no session, too, as Flask does.
   * @example
   * db.onTeardown((error) => { if (error) log(error); });
   */
  onTeardown(hook: (error: unknown) => unknown, options?: TeardownOptions): void {
    this.#teardown.add(hook, options);
    const { app } = this.#state ?? {};
    if (app) requestScopesOf(app)?.onTeardown(hook, options);
  }

  /** For shutdown, and between tests: closes the engines made here and lets the app go. Another may follow. */
  async dispose(): Promise<void> {
    const state = this.#state;
    if (!state) return;
    this.#state = undefined;
    state.app?.set(EXTENSION, undefined);
    state.stopTracking?.();
    this.session.configure({ bind: undefined, binds: {} });
    this.#declarations.undefine();
    await state.databases.close();
  }

  // --- engines and tables --------------------------------------------------------------------

  /** The default database's engine. @throws InvalidRequestError before `initApp`. */
  get engine(): Engine {
    return this.#current('db.engine').databases.engine(null);
  }

  /** Every engine of the app by bind key; null is the default one's. */
  get engines(): ReadonlyMap<Key, Engine> {
    return this.#current('db.engines').databases.engines;
  }

  /** The Sequelize under the models of the default database: for what the models do not offer. */
  get sequelize(): Sequelize {
    return this.#current('db.sequelize').databases.sequelize(null);
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
    await this.#each('db.createAll', binds, createAll);
  }

  /** Drops the models' tables and everything in them. @param binds default: all databases. */
  async dropAll(binds: BindSelection = ALL): Promise<void> {
    await this.#each('db.dropAll', binds, dropAll);
  }

  /**
   * Reads the tables of the databases, and declares a model, found under `db.tables()`, for each table that has none.
   * Tables without a primary key are left out. Give a table to a class of your own: `User.init(db.tables().get('user'))`.
   */
  async reflect(binds: BindSelection = ALL): Promise<void> {
    await this.#each('db.reflect', binds, async (_sequelize, engine, bindKey) => {
      const known = this.tables(bindKey);
      const tables = await outsideScope(() => reflectTables(engine));
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
   * @param id may be the text of a path: a text that is no whole number finds nothing where the key is one.
   * @param options Sequelize's own, such as `include`, and the `description` for the client.
   * @throws NotFoundError, which is answered as a 404; InvalidRequestError for what is no key.
   */
  async getOr404<M extends SequelizeModel>(
    model: ModelStatic<M>,
    id: Identity,
    { description, ...options }: FindOptions & { readonly description?: string } = {},
  ): Promise<M> {
    const where = keyCondition(model, id);
    if (!where) throw new NotFoundError(description);
    if (this.session.factory.options.autoflush !== false) await this.session.flush();
    try {
      const found = await this.session.run(() => model.findOne({ ...options, where }));
      if (found) return found;
    } catch (error) {
      throw translateError(error);
    }
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

  /** `<SQLAlchemy sqlite:///app.db +1 engines>`, with any password masked; `<SQLAlchemy>` without an app. */
  toString(): string {
    const engines = this.#state?.databases.engines;
    if (!engines) return '<SQLAlchemy>';
    const url = engines.get(null)?.url ?? '(No default engine)';
    const others = engines.has(null) ? engines.size - 1 : engines.size;
    return `<SQLAlchemy ${url}${others > 0 ? ` +${others} engines` : ''}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  // --- the steps of the article's init_app, in its order ----------------------------------------

  async #open(app: Application | undefined, given: AppOptions): Promise<AppState> {
    if (this.#state?.databases.disposed) await this.dispose();
    if (app?.get(EXTENSION)) throw new InvalidRequestError(TWICE);
    if (this.#state) throw new InvalidRequestError(SECOND_APP);
    const options = readOptions(app, given);
    const databases = new Databases(readBinds(options, this.#options.engineOptions ?? {}));
    const state: AppState = { app, databases, recordQueries: Boolean(options.recordQueries) };
    this.#state = state;
    app?.set(EXTENSION, this);
    try {
      this.session.configure(databases.sessionOptions);
      await databases.connect({ timestamps: false, ...this.#options.define });
      if (this.#state !== state) throw new InvalidRequestError(DISPOSED);
      this.#declarations.defineOn((bindKey) => databases.sequelize(bindKey));
      if (options.trackModifications)
        state.stopTracking = trackModifications(databases.engines.values(), {
          beforeCommit: (event) => this.beforeModelsCommitted.send({ app, ...event }),
          afterCommit: (event) => this.modelsCommitted.send({ app, ...event }),
        });
      if (this.#options.createTables !== false) await this.createAll();
      return state;
    } catch (error) {
      if (this.#state === state) await this.dispose();
      throw error;
    }
  }

  // --- helpers --------------------------------------------------------------------------------

  /** @param what the call that needs the app, for the message. */
  #current(what: string): AppState {
    if (this.#state) return this.#state;
    throw new InvalidRequestError(
      `${what} was used while this db has no app. Did you forget 'await db.initApp(app)', or make several 'SQLAlchemy' objects?`,
    );
  }

  async #inContext<T>(fn: () => Promise<T> | T, request: { readonly query: unknown }): Promise<T> {
    const { recordQueries } = this.#current('db.appContext');
    const observer = recordQueries ? new Recorder() : undefined;
    const onTeardown = async (error: unknown, { used }: Scope): Promise<void> => {
      const [failure] = await this.#teardown.run(used, error);
      if (failure !== undefined) throw failure as Error;
    };
    return this.#requests.run(request, () => runInScope(fn, { observer, onTeardown }));
  }

  async #each(
    what: string,
    binds: BindSelection,
    action: (sequelize: Sequelize, engine: Engine, key: Key) => Promise<void>,
  ): Promise<void> {
    const { databases } = this.#current(what);
    const keys = binds === ALL ? [...databases.engines.keys()] : [binds].flat();
    for (const key of keys) await action(databases.sequelize(key), databases.engine(key), key);
  }
}

const NOT_AN_APP =
  'db.initApp(app) was called without an Express app. Pass what express() gave: const app = express(); await db.initApp(app). ' +
  'A script that has none: await db.init({ url }).';
const TWICE =
  "A 'SQLAlchemy' instance has already been registered on this Express app. Import and use that instance instead.";
const SECOND_APP =
  "This 'SQLAlchemy' instance has an app already, and serves one at a time: each of its model classes is defined on one database. " +
  'Either db.initApp was called for two apps, or the app before, a test perhaps, was not ended: await db.dispose() first. ' +
  'Two apps at the same time need two: new SQLAlchemy() for each, with models of its own.';
const DISPOSED =
  'db.dispose() was called before db.initApp(app) was done. Await the one before the other.';
const SCOPES =
  'In Express, await db.initApp(app) before your routes. In a script, job or test, await db.init({ url }), ' +
  'and wrap the work: await db.appContext(async () => { … }).';

function isExpressApp(app: unknown): boolean {
  return typeof app === 'function' && 'use' in app && 'set' in app && 'settings' in app;
}

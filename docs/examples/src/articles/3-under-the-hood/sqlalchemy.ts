/** Article 3: the class that it builds step by step, on db-core and the declarative models of sequelize-typescript. */
import type { Engine, ScopedSession, SessionFactory } from '@quartet/db-core';
import { createEngine, InvalidRequestError, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { bindSequelize, createAll, dropAll } from '@quartet/db-sequelize';
import type { Express } from 'express';
import type { Sequelize } from 'sequelize';
import type { ModelCtor, TableOptions } from 'sequelize-typescript';
import { Model, Table } from 'sequelize-typescript';

// #region extension

// [3] class SQLAlchemy:
export class SQLAlchemy {
  // [3] def __init__(self): self.Base = declarative_base()
  readonly Base = declarativeBase();

  engine!: Engine;
  sessionmaker!: SessionFactory;
  session!: ScopedSession;
  #metadata!: Sequelize;

  // [3] def init_app(self, app=None):
  async initApp(app?: Express): Promise<void> {
    // [3] else: logging.error("SQLAlchemy was not set up properly.\nUsage: …")
    // => the package logs this and goes on; here it is thrown, also for what is no app
    if (typeof app !== 'function') throw new InvalidRequestError(USAGE);

    // [3] self.engine = sqlalchemy.create_engine(app.config['DATABASE'])
    this.engine = createEngine(app.get('DATABASE') as string | undefined);

    // The models know their engine; in SQLAlchemy the session tells them.
    const models = this.Base.models;
    this.#metadata = await bindSequelize(this.engine, { models, define: { timestamps: false } });

    // [3] self.sessionmaker = self.init_session_maker()
    this.sessionmaker = this.initSessionMaker();

    // [3] self.session = self.init_scoped_session()
    this.session = this.initScopedSession();

    // [3] self.Base.query = self.session.query_property()
    Object.defineProperty(this.Base, 'query', this.session.queryProperty());

    // [3] self.init_db()
    // => asks the database, so it is awaited, as `initApp` is
    await this.initDb();

    // [3] app.teardown_request(self.end_session)
    // => with the error of the view; `withoutData` calls it for requests that use no session, too
    initApp(app).onTeardown((error) => this.endSession(error), { withoutData: true });
  }

  // [3] def init_session_maker(self):
  initSessionMaker(): SessionFactory {
    // [3] return sessionmaker(autocommit=False, autoflush=False, bind=self.engine)
    return sessionmaker({ autocommit: false, autoflush: false, bind: this.engine });
  }

  // [3] def init_scoped_session(self):
  initScopedSession(): ScopedSession {
    // [3] return scoped_session(self.sessionmaker, scopefunc=_app_ctx_stack.__ident_func__)
    // => the scope is the request by itself; `{ scopefunc }` is for a rule of your own
    return scopedSession(this.sessionmaker);
  }

  // [3] def init_db(self):
  async initDb(): Promise<void> {
    // [3] self.Base.metadata.create_all(bind=self.engine)
    await createAll(this.#metadata);
  }

  // [3] def empty_db(self): self.Base.metadata.drop_all(bind=self.engine)
  async emptyDb(): Promise<void> {
    await dropAll(this.#metadata);
  }

  // [3] def end_session(self, error=None):
  async endSession(error?: unknown): Promise<void> {
    // [3] self.session.remove()
    // => has happened already: `initApp` of db-core removes the session, then calls its hooks
    if (this.session.has()) await this.session.remove();

    // [3] if error: print("logging error: ", str(error))
    if (error) console.error('logging error:', String(error));
  }
}

// #endregion

const USAGE = `SQLAlchemy was not set up properly.
Usage:
Outside app factory
>> const db = new SQLAlchemy();
Inside app factory
>> await db.initApp(yourExpressApp);`;

/** A base class that knows its models, each declared by `@db.Base.table({ … })`: what SQLAlchemy calls its metadata. */
function declarativeBase() {
  return class Base extends Model {
    static readonly models: ModelCtor[] = [];

    static table(options: TableOptions): (model: ModelCtor) => void {
      const describe = Table(options) as (model: ModelCtor) => void;
      return (model) => {
        describe(model);
        this.models.push(model);
      };
    }
  };
}

/** Article 2, the declarative way: `database` and `models` of `yourapplication`, and its app. */
import { inspect } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import express from 'express';
import { Column, DataType, Model, Table } from 'sequelize-typescript';

// --- database ---------------------------------------------------------------------------------
// #region engine

// [2] engine = create_engine('sqlite:////tmp/test.db')
// => with the [same slashes](concepts/engine.md#urls)
export const engine = createEngine('sqlite:////tmp/test.db');

// [2, 4] db_session = scoped_session(sessionmaker(autocommit=False, autoflush=False, bind=engine))
export const dbSession = scopedSession(
  sessionmaker({ autocommit: false, autoflush: false, bind: engine }),
);

// #endregion
// #region models

export abstract class Base extends Model {
  declare static readonly query: Query<Model>;
}

// [2, 3, 4] Base.query = db_session.query_property()
Object.defineProperty(Base, 'query', dbSession.queryProperty());

// [2, 4] def init_db():
export async function initDb(bind: Engine = engine): Promise<void> {
  // [2, 4] import yourapplication.models
  // => a model that is not named here has no table, as there one that is not imported
  const sequelize = await bindSequelize(bind, { models: [User], define: { timestamps: false } });

  // [2, 4] Base.metadata.create_all(bind=engine)
  // => makes the tables that are missing, alters none
  await createAll(sequelize);
}

// --- models -----------------------------------------------------------------------------------

// [2] class User(Base): __tablename__ = 'users'
@Table({ tableName: 'users' })
export class User extends Base {
  // For TypeScript: what the base class has, as a query of this one.
  declare static readonly query: Query<User>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: number;

  // [2, 4] name = Column(String(50), unique=True)
  @Column({ type: DataType.STRING(50), unique: true })
  declare name: string | null;

  // [2, 4] email = Column(String(120), unique=True)
  @Column({ type: DataType.STRING(120), unique: true })
  declare email: string | null;

  // [2] def __repr__(self): return f'<User {self.name!r}>'
  [inspect.custom](): string {
    return `<User ${inspect(this.name)}>`;
  }
}

// #endregion
// --- the app ----------------------------------------------------------------------------------

export const app = express();

// @app.teardown_appcontext
// def shutdown_session(exception=None): db_session.remove()
initApp(app);

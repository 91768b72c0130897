/** Article 3: the app that registers users, with the class that the article builds. */
import { inspect } from 'node:util';
import type { Query } from '@quartet/db-core/orm';
import type { Express } from 'express';
import express from 'express';
import { Column, DataType } from 'sequelize-typescript';
import { registerRoutes } from './register';
import { SQLAlchemy } from './sqlalchemy';

// --- application/__init__ ---------------------------------------------------------------------
// #region extension
// [3] db = SQLAlchemy()
export const db = new SQLAlchemy();

// --- application/database ---------------------------------------------------------------------

// [3] class User(db.Base): __tablename__ = 'users'
@db.Base.table({ tableName: 'users' })
export class User extends db.Base {
  // For TypeScript: what the base class has, as a query of this one.
  declare static readonly query: Query<User>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: number;

  // [3] username = Column(String, unique=True)
  @Column({ type: DataType.STRING, unique: true })
  declare username: string | null;

  @Column({ type: DataType.STRING, unique: true })
  declare password: string | null;

  [inspect.custom](): string {
    return `<User ${inspect(this.username)}>`;
  }
}

// --- application/api --------------------------------------------------------------------------

export async function createUser(username: string, password: string): Promise<void> {
  // [3] new_user = User(username=username, password=password)
  const newUser = new User({ username, password });

  // [3] db.session.add(new_user)
  db.session.add(newUser);

  // [3] db.session.commit()
  await db.session.commit();
}
// #endregion

// --- application/__init__ ---------------------------------------------------------------------
// #region extension

// [3] def create_app(test_config=None):
export async function createApp(testConfig: Record<string, unknown> = {}): Promise<Express> {
  // [3] app = Flask(__name__, instance_relative_config=True)
  const app = express();

  // [3] app.config.from_mapping(SECRET_KEY='dev', DATABASE='sqlite:////…/application.db')
  app.set('DATABASE', 'sqlite:///instance/application.db');

  // [3] app.config.from_mapping(test_config)
  for (const [name, value] of Object.entries(testConfig)) app.set(name, value);

  // [3] from application.database import User; db.init_app(app)
  // => in this order: first `db`, then the models, then `initApp`
  await db.initApp(app);

  registerRoutes(app, createUser);
  return app;
}
// #endregion

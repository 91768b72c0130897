/** Article 3: the same app on the extension that is ready made, `@quartet/express-sequelize`. */
import { inspect } from 'node:util';
import type { Query } from '@quartet/db-core/orm';
import { SQLAlchemy } from '@quartet/express-sequelize';
import type { Express } from 'express';
import express from 'express';
import { DataTypes } from 'sequelize';
import { registerRoutes } from './register';

export const db = new SQLAlchemy({ sessionOptions: { autocommit: false, autoflush: false } });

export class User extends db.Model {
  declare static readonly query: Query<User>;
  declare id: number;
  declare username: string | null;
  declare password: string | null;

  override [inspect.custom](): string {
    return `<User ${inspect(this.username)}>`;
  }
}
User.init(
  {
    username: { type: DataTypes.STRING, unique: true },
    password: { type: DataTypes.STRING, unique: true },
  },
  { tableName: 'users' },
);

export async function createUser(username: string, password: string): Promise<void> {
  const newUser = new User({ username, password });
  db.session.add(newUser);
  await db.session.commit();
}

export async function createApp(testConfig: Record<string, unknown> = {}): Promise<Express> {
  const app = express();
  app.set('DATABASE', 'sqlite:///instance/application.db');
  for (const [name, value] of Object.entries(testConfig)) app.set(name, value);
  await db.initApp(app);
  registerRoutes(app, createUser);
  return app;
}

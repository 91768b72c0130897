/** Article 2, manual object relational mapping: tables and classes are defined on their own, then mapped. */
import { inspect } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import type { Mapping } from '@quartet/db-typeorm';
// #region imports
// [2, 4] from sqlalchemy import MetaData, Table, Column, Integer, String; from sqlalchemy.orm import mapper
import { bindTypeorm, createAll, mapper } from '@quartet/db-typeorm';
// #endregion
import express from 'express';

// --- database ---------------------------------------------------------------------------------

export const engine = createEngine('sqlite:////tmp/test.db');
export const dbSession = scopedSession(
  sessionmaker({ autocommit: false, autoflush: false, bind: engine }),
);

// #region models

export async function initDb(bind: Engine = engine): Promise<void> {
  // [2, 4] metadata = MetaData()
  // => what is mapped is bound to an engine, which has the tables' descriptions from then on
  const metadata = await bindTypeorm(bind, { entities: [User] });

  // [2, 4] metadata.create_all(bind=engine)
  await createAll(metadata);
}

// --- models -----------------------------------------------------------------------------------

// [2, 4] class User(object):
export class User {
  // Its columns become properties.
  declare static readonly query: Query<User>;
  declare id: number;
  name: string | null;
  email: string | null;

  // [2, 3, 4] def __init__(self, name=None, email=None):
  // => of a plain class; a class of Sequelize takes an object
  constructor(name: string | null = null, email: string | null = null) {
    this.name = name;
    this.email = email;
  }

  [inspect.custom](): string {
    return `<User ${inspect(this.name)}>`;
  }
}

// [2, 4] query = db_session.query_property()
Object.defineProperty(User, 'query', dbSession.queryProperty());

// [2, 4] users = Table('users', metadata, Column('id', Integer, primary_key=True), …)
const users: Mapping<User> = {
  tableName: 'users',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 50, unique: true },
    email: { type: String, length: 120, unique: true },
  },
};

// [2, 4] mapper(User, users)
mapper(User, users);

// #endregion
// --- the app ----------------------------------------------------------------------------------

export const app = express();

// @app.teardown_appcontext
// def shutdown_session(exception=None): db_session.remove()
initApp(app);

/**
 * The database of the declarative style: one scoped session, and the base class of all models.
 * Ports `database.py` of the second article.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/#declarative
 */
import type { Engine } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import { Model } from 'sequelize-typescript';

export const Session = scopedSession(sessionmaker({ autoflush: false }));

/** `User.query` is a query of that class in the session of the scope it is read in. */
export abstract class Base<Attributes extends {}, Creation extends {} = Attributes> extends Model<
  Attributes,
  Creation
> {
  declare static readonly query: Query<Model>;
}
Object.defineProperty(Base, 'query', Session.queryProperty());

/** Binds the models and the session to the engine and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  // Imported here, since models import this module. A model that is not among them gets no table.
  const models = require('./models') as typeof import('./models');
  Session.configure({ bind: engine });
  const sequelize = await bindSequelize(engine, {
    models: Object.values(models),
    define: { timestamps: false },
  });
  await createAll(sequelize);
}

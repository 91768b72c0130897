/**
 * The session of the declarative style: one scoped session, and the base class of all models.
 * Ports the first half of the second article's `database.py`.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/#declarative
 */
import { scopedSession, sessionmaker } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
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

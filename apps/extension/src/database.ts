/**
 * The database of the extension style: one `db` object for models, session and engine.
 * Ports the third article's extension as an app uses it.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/quickstart/
 */
import type { Engine } from '@quartet/db-core';
import { SQLAlchemy } from '@quartet/express-sequelize';
import type { Application } from 'express';

export const db = new SQLAlchemy({ sessionOptions: { autoflush: false } });

export const Session = db.session;

/** Gives `db` the app, or none in a script, and the engine; makes the tables that are missing. */
export async function initDb(engine: Engine, app?: Application): Promise<void> {
  // Imported here, since models import this module. A model that db has not heard of gets no table.
  require('./models');
  await db.dispose(); // one database at a time: the app or script before has ended
  if (app) await db.initApp(app, { engine });
  else await db.init({ engine });
}

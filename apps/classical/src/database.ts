/**
 * The database of the classical style: one scoped session, and TypeORM's DataSource for its query builders.
 * Ports `database.py` of the second article.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/#manual-object-relational-mapping
 */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindTypeorm, createAll } from '@quartet/db-typeorm';
import type { DataSource } from 'typeorm';

export const Session = scopedSession(sessionmaker({ autoflush: false }));

/** Set by `initDb`. What it sends runs in the session's transaction. */
export let dataSource: DataSource;

/** Binds the mapped classes and the session to the engine and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  // Imported here, since models import this module. A class that is not among them gets no table.
  const models = require('./models') as typeof import('./models');
  Session.configure({ bind: engine });
  dataSource = await bindTypeorm(engine, { entities: Object.values(models) });
  await createAll(dataSource);
}

/**
 * The database of the SQL style: one scoped session for the transaction, and Knex, which builds statements.
 * Ports `database.py` of the second article.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/#sql-abstraction-layer
 */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, createAll } from '@quartet/db-knex';
import type { Knex } from 'knex';

export const Session = scopedSession(sessionmaker({ autoflush: false }));

/** Set by `initDb`. What it sends runs in the session's transaction. */
export let knex: Knex;

/** Binds Knex and the session to the engine and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  const { tables } = require('./models') as typeof import('./models');
  Session.configure({ bind: engine });
  await engine.ready(); // Knex asks for the server's version, and tells of an absent server less plainly
  knex = bindKnex(engine);
  await createAll(knex, tables);
}

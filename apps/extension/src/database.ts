/** The database of the extension style: ties `db` to an app and an engine. */
import type { Engine } from '@quartet/db-core';
import type { Application } from 'express';
import './models'; // db makes tables for the models that are imported
import { db } from './session';

/** Gives `db` the app, or none in a script, and the engine; makes the tables that are missing. */
export async function initDb(engine: Engine, app?: Application): Promise<void> {
  await db.dispose(); // one database at a time: the app or script before has ended
  if (app) await db.initApp(app, { engine });
  else await db.init({ engine });
}

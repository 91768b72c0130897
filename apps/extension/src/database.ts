/** The database of the extension style: ties `db` to an app and an engine. */
import type { Engine } from '@quartet/db-core';
import type { Application } from 'express';
import './models'; // db makes tables for the models it has heard of
import { db } from './session';

/** Gives `db` the app, or none in a script, and the engine; makes the tables that are missing. */
export async function initDb(engine: Engine, app?: Application): Promise<void> {
  if (app) {
    await db.initApp(app, { engine });
  } else {
    await db.dispose(); // a script has one database at a time: the one before has ended
    await db.init({ engine });
  }
}

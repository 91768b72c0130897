/** The database of the mixed app: that of the four styles, on one engine. */
import { initDb as initClassical } from '@quartet/app-classical/database';
import { initDb as initDeclarative } from '@quartet/app-declarative/database';
import { initDb as initExtension } from '@quartet/app-extension/database';
import { initDb as initSqlBuilder } from '@quartet/app-sql-builder/database';
import type { Engine } from '@quartet/db-core';
import type { Application } from 'express';

/**
 * Binds all four libraries to the engine; the first makes the tables, the others find them. The extension
 * alone must know the app, and gives it the request scope that serves all.
 */
export async function initDb(engine: Engine, app?: Application): Promise<void> {
  await initExtension(engine, app);
  await initDeclarative(engine);
  await initClassical(engine);
  await initSqlBuilder(engine);
}

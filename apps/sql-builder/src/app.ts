/** The SQL style as an Express app. */
import type { Engine } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { createRouter } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { initDb } from './database';
import { queries } from './queries';

export async function createApp(engine: Engine): Promise<Express> {
  await initDb(engine);
  const app = express();
  initApp(app);
  app.use(createRouter(queries, { style: 'sql-builder', library: 'knex', engine }));
  return app;
}

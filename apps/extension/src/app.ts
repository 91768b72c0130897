/** The extension style as an Express app. */
import type { Engine } from '@quartet/db-core';
import { createRouter } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { initDb } from './database';
import { queries } from './queries';

export async function createApp(engine: Engine): Promise<Express> {
  const app = express();
  await initDb(engine, app);
  app.use(createRouter(queries, { style: 'extension', library: 'sequelize', engine }));
  return app;
}

/** All four styles in one Express app. */
import type { Engine } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { createRouter } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { initDb } from './database';
import { queries } from './queries';

const library = 'sequelize, sequelize-typescript, typeorm and knex';

export async function createApp(engine: Engine): Promise<Express> {
  await initDb(engine);
  const app = express();
  initApp(app);
  app.use(createRouter(queries, { style: 'mixed', library, engine }));
  return app;
}

/** All four styles in one Express app. */
import type { Engine } from '@quartet/db-core';
import { createRouter } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { initDb } from './database';
import { queries } from './queries';

const library = 'sequelize, sequelize-typescript, typeorm and knex';

export async function createApp(engine: Engine): Promise<Express> {
  const app = express();
  await initDb(engine, app);
  app.use(createRouter(queries, { style: 'mixed', library, engine }));
  return app;
}

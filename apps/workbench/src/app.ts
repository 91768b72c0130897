/**
 * The workbench: the four styles mounted on one engine, the API that runs scenarios in them, the workshop, the page, and a
 * proxy to the processes of further engines.
 */
import type { Engine } from '@quartet/db-core';
import { errorHandler } from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';
import type { Database } from './databases';
import { Engines } from './engines';
import { localOnly } from './local-only';
import { buildPage, createPage } from './page';
import { createStyleApps } from './style-apps';
import { Workshop } from './workshop';
import { createWorkshopApi } from './workshop-api';

export interface Workbench {
  readonly app: Express;
  /** Cancels the runs and ends the processes of further engines and of exercises. */
  stop(): Promise<void>;
}

/** @param databases the engine's own first, then further ones */
export async function createWorkbench(
  engine: Engine,
  databases: readonly Database[],
): Promise<Workbench> {
  const engines = new Engines(databases);
  const workshop = new Workshop();
  const app = express();
  app.use(localOnly);
  app.use('/on/:engine/api', engines.proxy, errorHandler());
  app.use('/api/workshop', createWorkshopApi(workshop));
  const [{ app: styleApps, runner }] = await Promise.all([createStyleApps(engine), buildPage()]);
  app.get('/api/engines', (_req, res) => {
    res.set('Cache-Control', 'no-store').json(engines.choices(runner.engineInfo));
  });
  app.use(styleApps);
  app.use(createPage(workshop));
  engines.start();
  const stop = async (): Promise<void> => {
    runner.cancelAll();
    await Promise.all([engines.stop(), workshop.stop()]);
  };
  return { app, stop };
}

/**
 * The workbench: the four styles mounted on one engine, the API that runs scenarios in them, the page, and a
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

export interface Workbench {
  readonly app: Express;
  /** Cancels the runs and ends the processes of further engines. */
  stop(): Promise<void>;
}

/** @param databases the engine's own first, then further ones */
export async function createWorkbench(
  engine: Engine,
  databases: readonly Database[],
): Promise<Workbench> {
  const engines = new Engines(databases);
  const app = express();
  app.use(localOnly);
  app.use('/on/:engine/api', engines.proxy, errorHandler());
  const [{ app: styleApps, runner }] = await Promise.all([createStyleApps(engine), buildPage()]);
  app.get('/api/engines', (_req, res) => {
    res.set('Cache-Control', 'no-store').json(engines.choices(runner.engineInfo));
  });
  app.use(styleApps);
  app.use(createPage());
  engines.start();
  const stop = async (): Promise<void> => {
    runner.cancelAll();
    await engines.stop();
  };
  return { app, stop };
}

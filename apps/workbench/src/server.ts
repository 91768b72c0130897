/** Starts the workbench: `PORT` and `DATABASE_URL` as for the apps, further databases in `WORKBENCH_URLS`. */
import './source-maps';
import { serve } from '@quartet/http-contract';
import type { Engine } from '@quartet/db-core';
import { queries } from '@quartet/app-sql-builder/queries';
import type { Express } from 'express';
import type { Workbench } from './app';
import { createWorkbench } from './app';
import { readDatabases } from './databases';
import { ENGINE_OPTIONS } from './engine-options';

let workbench: Workbench | undefined;

async function createApp(engine: Engine): Promise<Express> {
  workbench = await createWorkbench(engine, readDatabases(engine.url, process.env));
  return workbench.app;
}

void serve(createApp, {
  style: 'workbench',
  port: 4100,
  queries,
  drainTimeoutMs: 2_000,
  processes: 1, // its runs are kept in memory
  engine: ENGINE_OPTIONS,
  // Before the database is closed, runs end, their rows are deleted and their followers get the last message.
  onStop: () => workbench?.stop(),
});

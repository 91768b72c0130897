/** Starts the workbench: `PORT` and `DATABASE_URL` say where, as for the apps. */
import './source-maps';
import { serve } from '@quartet/http-contract';
import type { Engine } from '@quartet/db-core';
import { queries } from '@quartet/app-sql-builder/queries';
import type { Express } from 'express';
import { createWorkbench } from './app';

async function createApp(engine: Engine): Promise<Express> {
  const { app, runner } = await createWorkbench(engine);
  // Runs end, their rows are deleted and their followers told, before the database is closed.
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => runner.cancelAll());
  return app;
}

void serve(createApp, { style: 'workbench', port: 4100, queries, drainTimeoutMs: 2_000 });

/** A small app in one process, for the tests of `serve`: a table of users, and a route that takes its time. */
import { rmSync } from 'node:fs';
import type { Engine } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Express } from 'express';
import express from 'express';
import { errorHandler, liveness, readiness, serve } from '../../src';

/** Whether this start is to fail: each of these files stands for one, and goes with it. */
function takesAway(file: string): boolean {
  try {
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}

async function createApp(engine: Engine): Promise<Express> {
  if (process.env['BROKEN'] || ['broken-1', 'broken-2'].some(takesAway))
    throw new Error('no models\nand more for a debugger');
  await engine.execute('CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY)');
  const app = express();
  initApp(app);
  app.get('/healthz', liveness);
  app.get('/readyz', readiness([engine]));
  app.get('/users', async (_req, res) => {
    await engine.execute('SELECT id FROM users');
    res.json({ file: engine.url.database });
  });
  app.get('/pid', (_req, res) => void res.json(process.pid));
  app.get('/die', () => process.kill(process.pid, 'SIGKILL'));
  app.get('/slow', (req, res) => {
    res.write('begun, ');
    setTimeout(() => res.end('done'), Number(req.query['ms']));
  });
  return app.use(errorHandler());
}

void serve(createApp, {
  name: 'test',
  port: 4199,
  ...(process.env['NO_DEFAULT'] ? {} : { databaseUrl: 'sqlite:///test.db' }),
  drainTimeoutMs: Number(process.env['DRAIN_MS'] ?? 20_000),
});

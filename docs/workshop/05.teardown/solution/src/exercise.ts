/** An app that counts visits and then does something slow. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Express } from 'express';
import express from 'express';

/** @param slowly the checks let it fail, or take for ever */
export function createApp(engine: Engine, slowly: () => Promise<void>): Express {
  const Session = scopedSession(sessionmaker({ bind: engine }));
  const app = express();
  initApp(app);

  app.post('/visits', async (_req, res) => {
    await Session.execute('update visits set n = n + 1');
    await slowly();
    await Session.commit();
    res.status(204).end();
  });
  app.use(((error, _req, res, _next) => {
    res.status(500).send((error as Error).message);
  }) as express.ErrorRequestHandler);
  return app;
}

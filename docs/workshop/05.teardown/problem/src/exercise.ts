/** An app that counts visits and then does something slow. */
import type { Engine } from '@quartet/db-core';
import type { Express } from 'express';
import express from 'express';

/** @param slowly the checks let it fail, or take for ever */
export function createApp(engine: Engine, slowly: () => Promise<void>): Express {
  const app = express();

  app.post('/visits', async (_req, res) => {
    const connection = engine.connect();
    await connection.begin();
    await connection.execute('update visits set n = n + 1');
    await slowly();
    await connection.commit();
    await connection.close();
    res.status(204).end();
  });
  app.use(((error, _req, res, _next) => {
    res.status(500).send((error as Error).message);
  }) as express.ErrorRequestHandler);
  return app;
}

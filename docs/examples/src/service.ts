/** The example in express-service's README: an app with errors, health and a stream. */
// #region app
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import {
  errorHandler,
  HttpProblem,
  jsonBody,
  liveness,
  metrics,
  notFound,
  readiness,
  sendNdjson,
} from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';

const Session = scopedSession(sessionmaker());

export async function createApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  await engine.execute('create table if not exists users (name varchar(50) primary key)');
  const app = express();
  initApp(app);
  app.get('/healthz', liveness);
  app.get('/readyz', readiness([engine]));
  app.get('/metrics', metrics([engine]));

  app.post('/users', jsonBody(), async (req, res) => {
    const { name } = req.body as { name?: unknown };
    if (typeof name !== 'string') throw new HttpProblem(400, 'A user has a name.');
    await Session.execute('insert into users (name) values (:name)', { name });
    await Session.commit();
    res.status(201).json({ name });
  });
  app.get('/users', async (_req, res) => {
    await sendNdjson(res, allUsers());
  });

  app.use(notFound);
  app.use(noteErrors, errorHandler({ messages: { duplicate: 'This user exists already.' } }));
  return app;
}

async function* allUsers(): AsyncGenerator<object> {
  yield* (await Session.execute('select name from users order by name')).all();
}
// #endregion

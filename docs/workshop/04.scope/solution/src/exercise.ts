/** An app that registers users. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Express } from 'express';
import express from 'express';

/** @param meanwhile what else a request does before it decides: the checks let two requests overlap by it */
export function createApp(engine: Engine, meanwhile: (name: string) => Promise<void>): Express {
  const session = scopedSession(sessionmaker({ bind: engine }));
  const app = express();
  initApp(app);

  app.post('/users/:name', async (req, res) => {
    const { name } = req.params;
    await session.execute('insert into users (name) values (?)', [name]);
    await meanwhile(name);
    if (name.startsWith('bad')) {
      await session.rollback();
      return void res.status(400).send('No such name');
    }
    await session.commit();
    res.status(201).send('Registered');
  });
  return app;
}

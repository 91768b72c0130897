import type { Engine } from '@quartet/db-core';
import { IntegrityError } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import type { ErrorRequestHandler, Express } from 'express';
import express from 'express';
import { Guest, initDb, Session } from './models';

export async function createApp(engine: Engine): Promise<Express> {
  await initDb(engine);
  const app = express();
  initApp(app); // before the routes: each request has a session of its own from here on

  app.get('/guests', async (_req, res) => {
    res.json(await Guest.query.orderBy('id').all());
  });

  app.post('/guests/:name', async (req, res) => {
    Session.add(new Guest({ name: req.params.name }));
    await Session.commit();
    res.status(201).send('Welcome\n');
  });

  app.post('/couples/:one/:other', async (req, res) => {
    const { one, other } = req.params;
    await Guest.create({ name: one }); // Sequelize's own call: in the same transaction
    Session.add(new Guest({ name: other }));
    await Session.commit();
    res.status(201).send('Welcome, both\n');
  });

  app.use(noteErrors, answerErrors);
  return app;
}

const answerErrors: ErrorRequestHandler = (error, _req, res, next) => {
  if (error instanceof IntegrityError) res.status(409).send('This name is taken\n');
  else next(error);
};

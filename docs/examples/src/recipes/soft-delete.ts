/** Soft delete: a row stays when it is deleted, and its name is free again. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindKnex, createAll, primaryId } from '@quartet/db-knex';
import { errorHandler, HttpProblem } from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';

const Session = scopedSession(sessionmaker());

export async function createApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  // #region table
  await createAll(knex, {
    notes(table) {
      primaryId(knex, table);
      table.string('title', 50).notNullable();
      table.integer('deleted').notNullable().defaultTo(0); // 0: it lives; else its own id
      table.unique(['title', 'deleted']); // one that lives, and any number that do not
    },
  });
  /** Every query begins with one of these. */
  const living = () => knex('notes').where({ deleted: 0 });
  const gone = () => knex('notes').whereNot({ deleted: 0 });
  // #endregion

  const app = express();
  initApp(app);
  // #region routes
  app.get('/notes', async (_req, res) => {
    res.json(await living().select('id', 'title').orderBy('id'));
  });
  app.post('/notes/:title', async (req, res) => {
    await knex('notes').insert({ title: req.params.title });
    await Session.commit();
    res.status(201).end();
  });
  app.delete('/notes/:id', async (req, res) => {
    const found = await living()
      .where({ id: req.params.id })
      .update({ deleted: knex.ref('id') });
    if (found === 0) throw new HttpProblem(404, 'There is no such note.');
    await Session.commit();
    res.sendStatus(204);
  });
  app.post('/deleted-notes/:id/restore', async (req, res) => {
    const found = await gone().where({ id: req.params.id }).update({ deleted: 0 });
    if (found === 0) throw new HttpProblem(404, 'No such note is deleted.');
    await Session.commit();
    res.sendStatus(204);
  });
  // #endregion
  app.use(noteErrors, errorHandler({ messages: { duplicate: 'A note has this title.' } }));
  return app;
}

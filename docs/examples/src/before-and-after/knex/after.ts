/** A shop on Knex. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindKnex } from '@quartet/db-knex';
import express from 'express';
import type { Knex } from 'knex';
import { createTables } from './tables';
import type { Pay, Shop } from '../shop';
import { answerErrors, SoldOut } from '../shop';

const Session = scopedSession(sessionmaker());

export async function openShop(engine: Engine, pay: Pay): Promise<Shop> {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  await createTables(knex);

  const app = express();
  initApp(app);

  app.post('/articles/:name/:stock', async (req, res) => {
    const { name, stock } = req.params;
    await knex('articles').insert({ name, stock });
    await Session.commit();
    res.status(201).send('Added');
  });

  app.post('/orders/:number/:article', async (req, res) => {
    const { number, article } = req.params;
    await takeOne(article, knex);
    await pay(Number(number));
    await knex('orders').insert({ number, article });
    await Session.commit();
    res.status(201).send('Ordered');
  });

  app.post('/deliveries/:number/:article/:pieces', async (req, res) => {
    const { number, article, pieces } = req.params;
    await knex('articles').where({ name: article }).increment('stock', Number(pieces));
    await knex('deliveries').insert({ number, article, pieces });
    await Session.commit();
    res.status(201).send('Delivered');
  });

  app.use(noteErrors, answerErrors);
  return { app, close: () => engine.dispose() };
}

async function takeOne(name: string, db: Knex): Promise<void> {
  const taken = await db('articles').where({ name }).where('stock', '>', 0).decrement('stock');
  if (taken === 0) throw new SoldOut();
}

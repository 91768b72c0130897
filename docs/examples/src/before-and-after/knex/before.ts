/** A shop on Knex. */
import express from 'express';
import type { Knex } from 'knex';
import createKnex from 'knex';
import { createTables } from './tables';
import type { Pay, Shop } from '../shop';
import { answerErrors, SoldOut } from '../shop';

export async function openShop(config: Knex.Config, pay: Pay): Promise<Shop> {
  const knex = createKnex(config);
  await createTables(knex);

  const app = express();

  app.post('/articles/:name/:stock', async (req, res) => {
    const { name, stock } = req.params;
    await knex('articles').insert({ name, stock });
    res.status(201).send('Added');
  });

  app.post('/orders/:number/:article', async (req, res) => {
    const { number, article } = req.params;
    await knex.transaction(async (trx) => {
      await takeOne(article, trx);
      await pay(Number(number));
      await trx('orders').insert({ number, article });
    });
    res.status(201).send('Ordered');
  });

  app.post('/deliveries/:number/:article/:pieces', async (req, res) => {
    const { number, article, pieces } = req.params;
    await knex('articles').where({ name: article }).increment('stock', Number(pieces));
    await knex('deliveries').insert({ number, article, pieces });
    res.status(201).send('Delivered');
  });

  app.use(answerErrors);
  return { app, close: () => knex.destroy() };
}

async function takeOne(name: string, db: Knex): Promise<void> {
  const taken = await db('articles').where({ name }).where('stock', '>', 0).decrement('stock');
  if (taken === 0) throw new SoldOut();
}

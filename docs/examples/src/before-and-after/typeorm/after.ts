/** A shop on TypeORM. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindTypeorm, createAll } from '@quartet/db-typeorm';
import express from 'express';
import type { EntityManager } from 'typeorm';
import { MoreThan } from 'typeorm';
import { Article, Delivery, entities, Order } from './models';
import type { Pay, Shop } from '../shop';
import { answerErrors, SoldOut } from '../shop';

const Session = scopedSession(sessionmaker());

export async function openShop(engine: Engine, pay: Pay): Promise<Shop> {
  Session.configure({ bind: engine });
  const dataSource = await bindTypeorm(engine, { entities });
  await createAll(dataSource);

  const app = express();
  initApp(app);

  app.post('/articles/:name/:stock', async (req, res) => {
    const { name, stock } = req.params;
    await dataSource.manager.insert(Article, { name, stock: Number(stock) });
    await Session.commit();
    res.status(201).send('Added');
  });

  app.post('/orders/:number/:article', async (req, res) => {
    const number = Number(req.params.number);
    const { article } = req.params;
    await takeOne(article, dataSource.manager);
    await pay(number);
    await dataSource.manager.insert(Order, { number, article });
    await Session.commit();
    res.status(201).send('Ordered');
  });

  app.post('/deliveries/:number/:article/:pieces', async (req, res) => {
    const [number, pieces] = [Number(req.params.number), Number(req.params.pieces)];
    const { article } = req.params;
    await dataSource.manager.increment(Article, { name: article }, 'stock', pieces);
    await dataSource.manager.insert(Delivery, { number, article, pieces });
    await Session.commit();
    res.status(201).send('Delivered');
  });

  app.use(noteErrors, answerErrors);
  return { app, close: () => engine.dispose() };
}

async function takeOne(name: string, manager: EntityManager): Promise<void> {
  const { affected } = await manager.decrement(Article, { name, stock: MoreThan(0) }, 'stock', 1);
  if (affected === 0) throw new SoldOut();
}

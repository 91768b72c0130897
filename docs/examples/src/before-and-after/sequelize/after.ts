/** A shop on Sequelize. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import express from 'express';
import { literal, Op } from 'sequelize';
import { Article, defineModels, Delivery, Order } from './models';
import type { Pay, Shop } from '../shop';
import { answerErrors, SoldOut } from '../shop';

const Session = scopedSession(sessionmaker());

export async function openShop(engine: Engine, pay: Pay): Promise<Shop> {
  Session.configure({ bind: engine });
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  defineModels(sequelize);
  await createAll(sequelize);

  const app = express();
  initApp(app);

  app.post('/articles/:name/:stock', async (req, res) => {
    await Article.create({ name: req.params.name, stock: Number(req.params.stock) });
    await Session.commit();
    res.status(201).send('Added');
  });

  app.post('/orders/:number/:article', async (req, res) => {
    const number = Number(req.params.number);
    const { article } = req.params;
    await takeOne(article);
    await pay(number);
    await Order.create({ number, article });
    await Session.commit();
    res.status(201).send('Ordered');
  });

  app.post('/deliveries/:number/:article/:pieces', async (req, res) => {
    const [number, pieces] = [Number(req.params.number), Number(req.params.pieces)];
    const { article } = req.params;
    await Article.increment('stock', { by: pieces, where: { name: article } });
    await Delivery.create({ number, article, pieces });
    await Session.commit();
    res.status(201).send('Delivered');
  });

  app.use(noteErrors, answerErrors);
  return { app, close: () => engine.dispose() };
}

async function takeOne(name: string): Promise<void> {
  const [taken] = await Article.update(
    { stock: literal('stock - 1') },
    { where: { name, stock: { [Op.gt]: 0 } } },
  );
  if (taken === 0) throw new SoldOut();
}

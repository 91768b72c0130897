/** A shop on Sequelize. */
import express from 'express';
import type { Transaction } from 'sequelize';
import { literal, Op, Sequelize } from 'sequelize';
import { Article, defineModels, Delivery, Order } from './models';
import type { Pay, Shop } from '../shop';
import { answerErrors, SoldOut } from '../shop';

export async function openShop(url: string, pay: Pay): Promise<Shop> {
  const sequelize = new Sequelize(url, { logging: false, define: { timestamps: false } });
  defineModels(sequelize);
  await sequelize.sync();

  const app = express();

  app.post('/articles/:name/:stock', async (req, res) => {
    await Article.create({ name: req.params.name, stock: Number(req.params.stock) });
    res.status(201).send('Added');
  });

  app.post('/orders/:number/:article', async (req, res) => {
    const number = Number(req.params.number);
    const { article } = req.params;
    await sequelize.transaction(async (transaction) => {
      await takeOne(article, transaction);
      await pay(number);
      await Order.create({ number, article }, { transaction });
    });
    res.status(201).send('Ordered');
  });

  app.post('/deliveries/:number/:article/:pieces', async (req, res) => {
    const [number, pieces] = [Number(req.params.number), Number(req.params.pieces)];
    const { article } = req.params;
    await Article.increment('stock', { by: pieces, where: { name: article } });
    await Delivery.create({ number, article, pieces });
    res.status(201).send('Delivered');
  });

  app.use(answerErrors);
  return { app, close: () => sequelize.close() };
}

async function takeOne(name: string, transaction: Transaction): Promise<void> {
  const [taken] = await Article.update(
    { stock: literal('stock - 1') },
    { where: { name, stock: { [Op.gt]: 0 } }, transaction },
  );
  if (taken === 0) throw new SoldOut();
}

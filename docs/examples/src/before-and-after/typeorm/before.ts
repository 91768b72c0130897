/** A shop on TypeORM. */
import express from 'express';
import type { DataSourceOptions, EntityManager } from 'typeorm';
import { DataSource, MoreThan } from 'typeorm';
import { Article, Delivery, entities, Order } from './models';
import type { Pay, Shop } from '../shop';
import { answerErrors, SoldOut } from '../shop';

export async function openShop(options: DataSourceOptions, pay: Pay): Promise<Shop> {
  const dataSource = new DataSource({ ...options, entities, synchronize: true });
  await dataSource.initialize();

  const app = express();

  app.post('/articles/:name/:stock', async (req, res) => {
    const { name, stock } = req.params;
    await dataSource.manager.insert(Article, { name, stock: Number(stock) });
    res.status(201).send('Added');
  });

  app.post('/orders/:number/:article', async (req, res) => {
    const number = Number(req.params.number);
    const { article } = req.params;
    await dataSource.transaction(async (manager) => {
      await takeOne(article, manager);
      await pay(number);
      await manager.insert(Order, { number, article });
    });
    res.status(201).send('Ordered');
  });

  app.post('/deliveries/:number/:article/:pieces', async (req, res) => {
    const [number, pieces] = [Number(req.params.number), Number(req.params.pieces)];
    const { article } = req.params;
    await dataSource.manager.increment(Article, { name: article }, 'stock', pieces);
    await dataSource.manager.insert(Delivery, { number, article, pieces });
    res.status(201).send('Delivered');
  });

  app.use(answerErrors);
  return { app, close: () => dataSource.destroy() };
}

async function takeOne(name: string, manager: EntityManager): Promise<void> {
  const { affected } = await manager.decrement(Article, { name, stock: MoreThan(0) }, 'stock', 1);
  if (affected === 0) throw new SoldOut();
}

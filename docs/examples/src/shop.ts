/** A shop that adopts db-core: the complete example of the root README. */
// #region shop
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { bindKnex } from '@quartet/db-knex';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { Express } from 'express';
import express from 'express';
import { DataTypes } from 'sequelize';

// Made once, imported by every module: it stands for the session of whichever request the code runs in.
export const Session = scopedSession(sessionmaker());

export async function createApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  sequelize.define('Article', { name: DataTypes.STRING(50), stock: DataTypes.INTEGER });
  const Order = sequelize.define('Order', {
    number: { type: DataTypes.INTEGER, unique: true },
    article: DataTypes.STRING(50),
  });
  await createAll(sequelize);

  const app = express();
  initApp(app); // before the routes: each request gets a scope, and its session ends with it

  app.post('/orders/:number/:article', async (req, res) => {
    const { number, article } = req.params;
    // Knex takes one from the stock …
    const taken = await knex('Articles')
      .where({ name: article })
      .where('stock', '>', 0)
      .decrement('stock');
    if (taken === 0) return void res.status(409).send('Sold out');
    // … and Sequelize writes the order: one connection, one transaction.
    await Order.create({ number, article });
    await Session.commit();
    res.status(201).send('Ordered');
  });
  return app;
}
// #endregion

/** A shop: Knex keeps the stock, Sequelize writes the orders. */
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { bindSequelize } from '@quartet/db-sequelize';
import { DataTypes, Model } from 'sequelize';

class Order extends Model {}

export interface Shop {
  /** One order, and one piece less in stock. @throws where the number is taken */
  order(number: number, article: string): Promise<void>;
  close(): Promise<void>;
}

export async function openShop(url: string): Promise<Shop> {
  const engine = createEngine(url);
  const Session = scopedSession(sessionmaker({ bind: engine }));
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  Order.init(
    { number: { type: DataTypes.INTEGER, primaryKey: true }, article: DataTypes.STRING },
    { sequelize, tableName: 'orders' },
  );
  const knex = bindKnex(engine);

  return {
    async order(number, article) {
      await knex('stock').where({ article }).decrement('pieces');
      await Order.create({ number, article });
      await Session.commit();
    },
    async close() {
      await sequelize.close();
      await engine.dispose();
    },
  };
}

/** The models of the shop, which are the same before and after. */
import type { Sequelize } from 'sequelize';
import { DataTypes, Model } from 'sequelize';

export class Article extends Model {}
export class Order extends Model {}
export class Delivery extends Model {}

export function defineModels(sequelize: Sequelize): void {
  const name = DataTypes.STRING(50);
  const key = { type: DataTypes.INTEGER, primaryKey: true };
  Article.init(
    { name: { type: name, primaryKey: true }, stock: DataTypes.INTEGER },
    { sequelize, tableName: 'articles' },
  );
  Order.init({ number: key, article: name }, { sequelize, tableName: 'orders' });
  Delivery.init(
    { number: key, article: name, pieces: DataTypes.INTEGER },
    { sequelize, tableName: 'deliveries' },
  );
}

/** The example of the README, which takes its code from here. */
import type { Query } from '@quartet/db-core/orm';
import { SQLAlchemy } from '@quartet/express-sequelize';
import express from 'express';
import type { CreationOptional, ForeignKey, NonAttribute } from 'sequelize';
import { DataTypes } from 'sequelize';

// #region database
export const db = new SQLAlchemy();
// #endregion

// #region models
export class User extends db.Model<User> {
  declare static query: Query<User>;
  declare id: CreationOptional<number>;
  declare name: string;
  declare posts?: NonAttribute<Post[]>;

  static override associate(): void {
    User.hasMany(Post, { as: 'posts', foreignKey: 'userId' });
  }
}
User.init({ name: { type: DataTypes.STRING(50), allowNull: false, unique: true } });

export class Post extends db.Model<Post> {
  declare id: CreationOptional<number>;
  declare userId: ForeignKey<number>;
  declare title: string;
}
Post.init({ title: { type: DataTypes.TEXT, allowNull: false } });
// #endregion

// #region app
export async function createApp(url: string | undefined): Promise<express.Express> {
  const app = express();
  app.set('DATABASE_URL', url);
  await db.initApp(app); // after the models are imported, before the routes

  app.get('/users', async (_req, res) => {
    const page = await User.query.orderBy('id').paginate(); // ?page=2&per_page=50
    res.json({ items: page.items, total: page.total, pages: page.pages });
  });
  app.get('/users/:id', async (req, res) => {
    res.json(await db.getOr404(User, req.params.id, { include: 'posts' }));
  });
  app.post('/users/:name', async (req, res) => {
    const user = new User({ name: req.params.name });
    db.session.add(user);
    await db.session.commit();
    res.status(201).json(user);
  });
  return app;
}
// #endregion

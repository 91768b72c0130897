/** Pagination by limit and offset, and by key. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import { errorHandler } from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';
import type { Sequelize } from 'sequelize';
import { DataTypes, Model } from 'sequelize';

const Session = scopedSession(sessionmaker());

class Article extends Model {
  declare static readonly query: Query<Article>;
  declare id: number;
  declare title: string;
}
Object.defineProperty(Article, 'query', Session.queryProperty());

const defineArticle = (sequelize: Sequelize) =>
  Article.init({ title: { type: DataTypes.STRING(50) } }, { sequelize, tableName: 'articles' });

export async function createApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  await createAll(
    await bindSequelize(engine, { models: [defineArticle], define: { timestamps: false } }),
  );
  const app = express();
  initApp(app);
  // #region offset
  app.get('/articles', async (req, res) => {
    const { items, total } = await Article.query
      .orderBy('-id') // without an order a database may give a row twice, or never
      .paginate({ limit: number(req.query['limit']), offset: number(req.query['offset']) });
    res.json({ items, total });
  });

  /** NaN for what is no number: `paginate` answers it with 404. */
  const number = (text: unknown) => (text === undefined ? undefined : Number(text));
  // #endregion

  // #region key
  app.get('/feed', async (req, res) => {
    const { after } = req.query;
    const { items, next } = await Article.query
      .orderBy('-id')
      .paginateByKey({ perPage: 2, ...(typeof after === 'string' && { after }) });
    res.json({ items, next }); // the reader sends `next` back as `after`, for as long as there is one
  });
  // #endregion
  app.use(noteErrors, errorHandler());
  return app;
}

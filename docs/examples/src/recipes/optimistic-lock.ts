/** Optimistic lock: who saves a page says which version was read, and is told when it is no longer the last. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import { errorHandler, HttpProblem, jsonBody } from '@quartet/express-service';
import type { Express, Request } from 'express';
import express from 'express';
import { Column, DataType, Model, Table } from 'sequelize-typescript';

export const Session = scopedSession(sessionmaker());

// #region model
@Table({ tableName: 'pages' })
export class Page extends Model {
  declare static readonly query: Query<Page>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column({ type: DataType.STRING(200), allowNull: false })
  declare body: string;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 1 })
  declare version: number;
}
Object.defineProperty(Page, 'query', Session.queryProperty());
// #endregion

export async function createApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  await createAll(await bindSequelize(engine, { models: [Page], define: { timestamps: false } }));
  const app = express();
  initApp(app);
  // #region routes
  app.post('/pages', jsonBody(), async (req, res) => {
    const { body } = req.body as { body: string };
    const page = new Page({ body });
    Session.add(page);
    await Session.commit();
    res.status(201).json(page);
  });
  app.get('/pages/:id', async (req, res) => {
    res.json(await Page.query.getOr404(req.params.id)); // the reader gets the version as well
  });
  app.put('/pages/:id', jsonBody(), async (req: Request<{ id: string }>, res) => {
    const { body, version } = req.body as { body: string; version: number };
    const id = Number(req.params.id);
    if (!Number.isInteger(id) || !Number.isInteger(version))
      throw new HttpProblem(400, 'Say which page, and which version of it you have read.');
    const read = Page.query.filterBy({ id, version });
    const changed = await read.update({ body, version: version + 1 }); // one statement: it finds the version, or not
    const page = await Page.query.getOr404(id);
    if (changed === 0)
      throw new HttpProblem(409, `The page was changed: version ${page.version} is the last.`);
    await Session.commit();
    res.json(page);
  });
  // #endregion
  app.use(noteErrors, errorHandler());
  return app;
}

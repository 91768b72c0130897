/** A service for many tenants, whom the database keeps apart: row-level security on PostgreSQL. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindKnex } from '@quartet/db-knex';
import { bindSequelize } from '@quartet/db-sequelize';
import { errorHandler, HttpProblem } from '@quartet/express-service';
import type { Express, Request } from 'express';
import express from 'express';
import { DataTypes } from 'sequelize';

// #region policy
/** Made once, by the owner of the table. A row that is written gets the tenant too, and may have no other. */
export const SCHEMA = `
  create table notes (
    id serial primary key,
    tenant text not null default current_setting('app.tenant'),
    body text not null
  );
  alter table notes enable row level security;
  create policy own_notes on notes using (tenant = current_setting('app.tenant'));
`;
// #endregion

// #region app
export const Session = scopedSession(sessionmaker());

/** @param role whom the policies bind: neither the owner of the tables nor a superuser is bound */
export async function createApp(engine: Engine, role: string): Promise<Express> {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  const Note = sequelize.define('notes', { body: DataTypes.TEXT });

  const app = express();
  initApp(app, { settings: (req) => ({ 'app.tenant': tenantOf(req), role }) });

  app.get('/notes', async (_req, res) => {
    res.json(await knex('notes').pluck('body')); // no `where tenant = …`: the policy adds it
  });
  app.post('/notes/:body', async (req, res) => {
    await Note.create({ body: req.params.body });
    await Session.commit();
    res.status(201).json(await Note.count()); // another transaction: it has the tenant as well
  });
  app.use(noteErrors, errorHandler());
  return app;
}

/** Where it throws, no statement of the request is sent. */
function tenantOf(req: Request): string {
  const tenant = req.get('x-tenant'); // in your app: what your authentication has found
  if (tenant === undefined) throw new HttpProblem(401, 'Who is asking?');
  return tenant;
}
// #endregion

/** One app in each framework that has an entry: it keeps names, and answers with them. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import * as onFastify from '@quartet/db-core/fastify';
import * as onHono from '@quartet/db-core/hono';
import { requestListener } from '@quartet/db-core/http';
import * as onKoa from '@quartet/db-core/koa';
import { createAdaptorServer } from '@hono/node-server';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';

export const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));

const keep = (name: string) => Session.execute('insert into names values (?)', [name]);
const all = async () =>
  (await Session.execute('select name from names order by name')).scalars<string>();

export function onNodeHttp(): Server {
  // #region node-http
  const listener = requestListener(
    async (req, res) => {
      await keep(`of ${req.url}`);
      res.end(JSON.stringify(await all())); // committed before it leaves
    },
    { commit: 'on-success' },
  );
  const server = createServer(listener);
  // #endregion
  return server;
}

export async function withFastify(): Promise<Server> {
  // #region fastify
  const app = fastify();
  onFastify.initApp(app, { commit: 'on-success' });
  app.get('/:name', async (request) => {
    await keep(`of ${request.url}`);
    return await all();
  });
  // #endregion
  await app.ready();
  return app.server;
}

export function withKoa(): Server {
  // #region koa
  const app = new Koa();
  onKoa.initApp(app, { commit: 'on-success' }); // behind middleware that answers errors
  app.use(async (ctx) => {
    await keep(`of ${ctx.path}`);
    ctx.body = await all();
  });
  // #endregion
  const listener = app.callback();
  return createServer((req, res) => void listener(req, res));
}

export function withHono(): Server {
  // #region hono
  const app = new Hono();
  onHono.initApp(app, { commit: 'on-success' });
  app.get('/:name', async (c) => {
    await keep(`of ${c.req.path}`);
    return c.json(await all());
  });
  // #endregion
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

/** The shop of the root README with the panel in it, and with routes that do what a panel is for. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import { gracefulShutdown } from '@quartet/db-core/express';
import type { DebugPanelOptions } from '@quartet/debug-panel';
import { debugPanel } from '@quartet/debug-panel';
import { createApp, Session } from '@quartet/docs-examples/shop';
import type { EngineName } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import type { ErrorRequestHandler, Express } from 'express';

export interface Shop {
  readonly app: Express;
  readonly engine: Engine;
  readonly server: Server;
  readonly url: string;
  /** Lets requests to `/held` go on. */
  release(): void;
  /** As SIGTERM does in a service. */
  readonly shutdown: () => Promise<void>;
  close(): Promise<void>;
}

const ARTICLES = ['book', 'lamp', 'chair', 'table', 'clock', 'vase'];

export async function startShop(name: EngineName, options: DebugPanelOptions = {}): Promise<Shop> {
  const database = await freshDatabase(name);
  const engine = createEngine(database.url);
  const app = await createApp(engine);
  app.use(debugPanel(engine, options)); // behind the shop's routes, which it records all the same
  const held: (() => void)[] = [];
  addRoutes(app, engine, held);
  const answer: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).end();
  app.use(answer);
  for (const article of ARTICLES)
    await engine.execute(`insert into ${quoted(engine)} (name, stock) values (?, 5)`, [article]);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shutdown = gracefulShutdown({ app, server, engines: [engine] });
  const release = (): void => held.splice(0).forEach((goOn) => goOn());
  return {
    app,
    engine,
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    release,
    shutdown,
    async close() {
      release();
      await shutdown();
      await database.drop();
    },
  };
}

function addRoutes(app: Express, engine: Engine, held: (() => void)[]): void {
  const articles = quoted(engine);
  app.get('/articles', async (_req, res) => {
    const names = (await Session.execute(`select name from ${articles} order by name`)).scalars();
    const found: unknown[] = [];
    for (const each of names)
      found.push(
        (await Session.execute(`select stock from ${articles} where name = ?`, [each])).scalar(),
      );
    res.json(found);
  });
  app.get('/twice', async (_req, res) => {
    for (let i = 0; i < 2; i++) await Session.execute(`select count(*) as n from ${articles}`);
    res.json({});
  });
  app.post('/forgotten', async (_req, res) => {
    await Session.execute(`update ${articles} set stock = 0 where name = ?`, ['<b>"book"</b>']);
    await Session.execute(`update ${articles} set stock = 0 where name = ?`, ['lamp']);
    res.sendStatus(201);
  });
  app.get('/held', async (_req, res) => {
    await Session.execute(`update ${articles} set stock = stock - 1 where name = ?`, ['vase']);
    await new Promise<void>((resolve) => held.push(resolve));
    await Session.commit();
    res.send('ok');
  });
  app.get('/hello', (_req, res) => void res.send('hello'));
  app.get('/html', async (_req, res) => {
    await Session.execute('select 1');
    res.send('<!doctype html><title>Shop</title><body><h1>Shop</h1></body>');
  });
  app.get('/stream', async (_req, res) => {
    await Session.execute('select 1');
    res.type('html').write('<body>');
    res.end('</body>');
  });
  app.get('/broken', async (_req, res) => {
    await Session.execute('select nothing from nowhere');
    res.send('never');
  });
}

/** The shop's table, with the name that Sequelize gave it. */
function quoted({ dialect }: Engine): string {
  const quote = dialect.facts.identifierQuote;
  return `${quote}Articles${quote}`;
}

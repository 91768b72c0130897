/** The workbench: the four styles mounted on one engine, the API that runs scenarios in them, the page. */
import type { AddressInfo } from 'node:net';
import { createApp as createMixed } from '@quartet/app-mixed';
import type { Engine } from '@quartet/db-core';
import type { Express, RequestHandler } from 'express';
import express from 'express';
import { createApi } from './api';
import { Exchanges } from './exchanges';
import { buildPage, createPage } from './page';
import { Runner } from './runner';
import { STYLES } from './styles';
import { createVariantsApp } from './variants/app';
import { createTogetherApp } from './variants/together';

export async function createApp(engine: Engine): Promise<Express> {
  await engine.ready();
  const app = express();
  app.use(forThisMachine);
  const exchanges = new Exchanges(engine);
  const mount = (path: string, part: Express): void => {
    exchanges.listenTo(part);
    app.use(path, part);
  };
  for (const { id, createApp: createStyle, init, variants } of STYLES) {
    mount(`/${id}/variants`, await createVariantsApp(variants, engine, init));
    mount(`/${id}`, await createStyle(engine));
  }
  mount('/mixed/variants', await createTogetherApp(engine));
  mount('/mixed', await createMixed(engine));
  let port = 0;
  app.use((req, _res, next) => {
    port = (req.socket.address() as AddressInfo).port;
    next();
  });
  app.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  app.use('/api', createApi(new Runner({ engine, exchanges, port: () => port }), engine));
  app.use(createPage());
  await buildPage();
  return app;
}

/**
 * Only pages of this machine: a site that had its name point here (DNS rebinding) has its own name in
 * `Host`, one that sends a form is announced by the browser.
 */
const forThisMachine: RequestHandler = (req, res, next) => {
  const { hostname } = new URL(`http://${req.headers.host ?? 'localhost'}`);
  const known = hostname === 'localhost' || /^[\d.]+$|^\[.*\]$/.test(hostname);
  const foreign = req.get('Sec-Fetch-Site') === 'cross-site' && req.method !== 'GET';
  if (known && !foreign) next();
  else res.status(403).type('text/plain').send('The workbench answers this machine alone.');
};

/** The workbench: the four styles mounted on one engine, the API that runs scenarios in them, the page. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp as createMixed } from '@quartet/app-mixed';
import type { Engine } from '@quartet/db-core';
import type { Express, RequestHandler } from 'express';
import express from 'express';
import { createApi } from './api';
import { readInputs } from './inputs';
import { Exchanges } from './exchanges';
import { buildPage, createPage } from './page';
import { Runner } from './runner';
import { SCENARIOS } from './scenarios';
import { STYLES } from './styles';
import { createVariantsApp } from './variants/app';
import { createTogetherApp } from './variants/together';

export interface Workbench {
  readonly app: Express;
  readonly runner: Runner;
}

export async function createWorkbench(engine: Engine): Promise<Workbench> {
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
  app.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  const runner = new Runner({ engine, exchanges });
  app.use('/api', createApi(runner, engine));
  app.use(createPage());
  await Promise.all([buildPage(), warmUp(app, runner)]);
  return { app, runner };
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

/** What the libraries do once, at their first statement, is not what the first run is to show. */
const WARMING = ['create', 'tags', 'import', 'n-plus-one'];

async function warmUp(app: Express, runner: Runner): Promise<void> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const scenario of SCENARIOS.filter(({ id }) => WARMING.includes(id))) {
    const run = runner.start(scenario, readInputs(scenario.inputs, {}), port);
    await new Promise<void>((resolve) => {
      run.follow(({ type }) => type === 'end' && resolve());
    });
  }
  server.close();
}

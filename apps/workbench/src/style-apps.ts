/** The four styles on one engine, and the API that runs scenarios in them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp as createMixed } from '@quartet/app-mixed';
import type { Engine } from '@quartet/db-core';
import type { Express } from 'express';
import express from 'express';
import { createApi } from './api';
import { readInputs } from './inputs';
import { localOnly } from './local-only';
import { RequestRecorder } from './request-recorder';
import { Runner } from './runner';
import { SCENARIOS } from './scenarios';
import { STYLES } from './styles';
import { createVariantsApp } from './variants/app';
import { createTogetherApp } from './variants/together';

export interface StyleApps {
  readonly app: Express;
  readonly runner: Runner;
}

/** Each library has prepared itself when this resolves. */
export async function createStyleApps(engine: Engine): Promise<StyleApps> {
  await engine.ready();
  const app = express();
  app.use(localOnly);
  const requestRecorder = new RequestRecorder(engine);
  const mount = (path: string, part: Express): void => {
    requestRecorder.attach(part);
    app.use(path, part);
  };
  for (const { id, createApp, variants } of STYLES) {
    mount(`/${id}/variants`, createVariantsApp(variants, engine));
    mount(`/${id}`, await createApp(engine));
  }
  mount('/mixed/variants', createTogetherApp());
  mount('/mixed', await createMixed(engine));
  app.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  const runner = new Runner({ engine, requestRecorder });
  app.use('/api', createApi(runner, engine));
  await warmUp(app, runner);
  return { app, runner };
}

/** Libraries prepare themselves at their first statement; these scenarios run once so that no run shows that. */
const WARMING = ['create', 'tags', 'import', 'n-plus-one'];

async function warmUp(app: Express, runner: Runner): Promise<void> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const scenario of SCENARIOS.filter(({ id }) => WARMING.includes(id))) {
    const run = runner.start(scenario, {
      inputs: readInputs(scenario.inputs, {}),
      port,
      times: 0,
    });
    await new Promise<void>((resolve) => {
      run.follow(({ type }) => type === 'end' && resolve());
    });
  }
  server.close();
}

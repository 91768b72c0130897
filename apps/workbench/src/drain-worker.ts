/** The thread of `drain.ts`: each style twice on one small pool, with teardown and without. */
import './source-maps';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Engine } from '@quartet/db-core';
import type { Recorder } from '@quartet/db-core/observe';
import { createEngine } from '@quartet/db-core';
import { enterScope, Scope } from '@quartet/db-core/binding';
import { requestScopesOf } from '@quartet/db-core/express';
import { createRouter } from '@quartet/http-contract';
import type { Express, Request, RequestHandler } from 'express';
import express from 'express';
import type { DrainSettings, FromDrain, ToDrain } from './drain';
import { HEADER, recorderFor } from './request-recorder';
import type { Style } from './styles';
import { STYLES } from './styles';

const engines: Engine[] = [];
/** The scopes that were never closed. */
const left: Scope[] = [];

async function main({ url, ...pool }: DrainSettings): Promise<void> {
  const app = express();
  for (const style of STYLES) {
    // Every read begins a transaction, on SQLite too: an open transaction keeps its connection.
    const engine = createEngine(url, { ...pool, begin: 'on-first-statement' });
    engines.push(engine);
    await mount(app, style, engine);
  }
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    post({ type: 'listening', port: (server.address() as AddressInfo).port });
  });
  parentPort?.on('message', (asked: ToDrain) => {
    if (asked === 'flush') post({ type: 'flushed' });
    else void stop();
  });
}

async function mount(app: Express, style: Style, engine: Engine): Promise<void> {
  const { id, library, createApp, queries } = style;
  const record = (req: Request): Recorder | undefined => {
    const key = req.get(HEADER);
    return key
      ? recorderFor(engine, (recorded) => post({ type: 'event', key, recorded }))
      : undefined;
  };
  const withoutTeardown: RequestHandler = (req, _res, next) => {
    const scope = new Scope({ observer: record(req) });
    left.push(scope);
    enterScope(scope, next); // never closed: this is the mistake that the scenario shows
  };
  const kept = await createApp(engine);
  requestScopesOf(kept)?.record(record);
  app.use(`/kept/${id}`, kept);
  const quiet = { style: id, library, engine, onError: () => undefined };
  app.use(`/leaking/${id}`, withoutTeardown, createRouter(queries, quiet));
}

async function stop(): Promise<void> {
  await Promise.allSettled(left.map((scope) => scope.close()));
  await Promise.allSettled(engines.map((engine) => engine.dispose()));
  process.exit();
}

function post(message: FromDrain): void {
  parentPort?.postMessage(message);
}

void main(workerData as DrainSettings);

/** The thread of `drain.ts`: one style twice on one small pool, with its teardown and without. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine, enterScope, Scope } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import { createRouter } from '@quartet/http-contract';
import type { Request, RequestHandler } from 'express';
import express from 'express';
import type { DrainSettings, FromDrain, ToDrain } from './drain';
import { HEADER, recorderFor } from './exchanges';
import { styleOf } from './styles';

async function main({ style: id, url, ...pool }: DrainSettings): Promise<void> {
  // Every read begins a transaction, on SQLite too: it is what keeps a connection when nobody ends it.
  const engine = createEngine(url, { ...pool, begin: 'on-first-statement' });
  const { createApp, library, queries } = styleOf(id);
  const tell = (message: FromDrain): void => parentPort?.postMessage(message);
  const record = (req: Request) => {
    const key = req.get(HEADER);
    return key ? recorderFor(engine, (heard) => tell({ type: 'heard', key, heard })) : undefined;
  };
  const left: Scope[] = [];
  const forgetful: RequestHandler = (req, _res, next) => {
    const scope = new Scope({ recorder: record(req) });
    left.push(scope);
    enterScope(scope, next); // and nobody closes it: this is the mistake
  };
  const quiet = { style: id, library, engine, onError: () => undefined };

  const kept = await createApp(engine);
  requestScopesOf(kept)?.record(record);
  const app = express();
  app.use('/kept', kept);
  app.use('/leaking', forgetful, createRouter(queries, quiet));
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    tell({ type: 'listening', port: (server.address() as AddressInfo).port });
  });
  parentPort?.on('message', (asked: ToDrain) => {
    if (asked === 'tell') return tell({ type: 'told' });
    server.close();
    void Promise.all(left.map((scope) => scope.close()))
      .then(() => engine.dispose())
      .finally(() => process.exit());
  });
}

void main(workerData as DrainSettings);

/** An orderly end as a program of one's own uses it; as a process it is in the suites of every app. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { ShutdownOptions } from '@quartet/db-core/express';
import { gracefulShutdown, initApp, requestScopesOf } from '@quartet/db-core/express';
import type { Express } from 'express';
import express from 'express';
import { deferred } from './support';

let app: Express;
let server: Server;
let engine: Engine;

beforeEach(async () => {
  engine = createEngine('sqlite://');
  app = express();
  initApp(app);
  app.get('/healthz', (_req, res) => void res.send('ok'));
  app.get('/work', (_req, res) => void res.send('done'));
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => engine.dispose());

const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const stopper = (options: Partial<ShutdownOptions> = {}) =>
  gracefulShutdown({ app, server, engines: [engine], ...options });

/** A route that answers when it is told to; `here` resolves when a request has reached it. */
function slowRoute() {
  const [here, goOn] = [deferred(), deferred()];
  app.get('/slow', async (_req, res) => {
    here.resolve();
    await goOn.promise;
    res.send('done');
  });
  return { here: here.promise, goOn: goOn.resolve };
}

test('while a request is in flight probes are answered and other work is refused, with nothing done', async () => {
  const shutdown = stopper();
  const { here, goOn } = slowRoute();
  const answer = fetch(url('/slow'));
  await here;
  const over = shutdown();
  expect((await fetch(url('/healthz'))).status).toBe(200);
  const refused = await fetch(url('/work'));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  goOn();
  expect(await (await answer).text()).toBe('done');
  await over;
  expect([server.listening, engine.disposed]).toEqual([false, true]);
});

test('requests that come while others finish do not keep it from ending', async () => {
  const shutdown = stopper({ probes: ['/work'] });
  const { here, goOn } = slowRoute();
  const answer = fetch(url('/slow'));
  await here;
  const over = shutdown();
  let asking = true;
  const asker = async (): Promise<void> => {
    while (asking) await fetch(url('/work')).then((served) => served.text());
  };
  const askers = Promise.all(Array.from({ length: 8 }, () => asker().catch(() => undefined)));
  goOn();
  await answer;
  await over;
  expect(asking).toBe(true); // all the while
  asking = false;
  await askers;
});

test('with nothing in flight it is over at once, whatever connections are kept alive', async () => {
  const shutdown = stopper({ drainTimeoutMs: 60_000 });
  await (await fetch(url('/work'))).text();
  await shutdown();
  expect(server.listening).toBe(false);
});

test('a pipelined request whose client has left before its turn is not waited for', async () => {
  const shutdown = stopper({ drainTimeoutMs: 60_000 });
  const both = deferred();
  let here = 0;
  app.get('/never', () => void (++here === 2 && both.resolve()));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  for (let i = 0; i < 2; i++) socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n');
  await both.promise;
  socket.resetAndDestroy();
  await shutdown();
  expect(server.listening).toBe(false);
});

test('at the deadline what is left is refused, or cut off where its answer has begun', async () => {
  const shutdown = stopper({ drainTimeoutMs: 50 });
  const both = deferred();
  let here = 0;
  app.get('/silent', () => void (++here === 2 && both.resolve()));
  app.get('/half', (_req, res) => {
    res.write('half');
    if (++here === 2) both.resolve();
  });
  const silent = fetch(url('/silent'));
  const half = fetch(url('/half')).then((answer) => answer.text());
  await both.promise;
  await Promise.all([
    shutdown(),
    expect(half).rejects.toThrow(/terminated|fetch failed/),
    expect(silent).resolves.toMatchObject({ status: 503 }),
  ]);
});

test('during readinessDelayMs work is served, on connections that are closed behind it', async () => {
  const shutdown = stopper({ readinessDelayMs: 300 });
  const begun = performance.now();
  const over = shutdown();
  const served = await fetch(url('/work'));
  expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);
  await over;
  expect(performance.now() - begun).toBeGreaterThanOrEqual(299);
});

test('an answer without an end is told of the end, and does not hold it up', async () => {
  app.get('/live', (_req, res) => {
    requestScopesOf(app)?.onTurnAway(() => res.end());
    res.write('first');
  });
  const shutdown = stopper({ drainTimeoutMs: 60_000 });
  const answer = await fetch(url('/live'));
  const text = answer.text();
  await shutdown();
  expect(await text).toBe('first');
});

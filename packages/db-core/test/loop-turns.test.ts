/** Requests that arrive together share the event loop with everything else. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as net from 'node:net';
import type { RequestScopeOptions } from '@quartet/db-core/express';
import { initApp } from '@quartet/db-core/express';
import type { Express } from 'express';
import express from 'express';

const WORK_MS = 4;
const REQUESTS = 16;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function work(): void {
  const until = performance.now() + WORK_MS;
  while (performance.now() < until);
}

/** Sixteen requests in one piece to a handler that works for 4 ms: how many of them each turn of the loop began. */
async function burst(options: RequestScopeOptions): Promise<{ turns: number[]; ids: string[] }> {
  const mine = new AsyncLocalStorage<string>();
  const began = new Map<number, number>();
  const ids: string[] = [];
  let turn = 0;
  let watching = true;
  const nextTurn = (): void => {
    turn++;
    if (watching) setImmediate(nextTurn);
  };
  const app = express();
  app.use((req, _res, next) => mine.run(req.path, next));
  initApp(app, options);
  app.get('/:id', (_req, res) => {
    began.set(turn, (began.get(turn) ?? 0) + 1);
    ids.push(mine.getStore() ?? 'none');
    work();
    res.send('done');
  });
  const port = await listen(app);
  nextTurn();
  const paths = Array.from({ length: REQUESTS }, (_, i) => `/${i}`);
  expect(await pipeline(port, paths)).toMatch(/^(?:HTTP\/1\.1 200 OK[^]*?done){16}$/);
  watching = false;
  return { turns: [...began.values()], ids };
}

async function listen(app: Express): Promise<number> {
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends the requests in one piece, so that all arrive in one turn; gives what came back until the server hung up. */
function pipeline(port: number, paths: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => (received += String(data)));
    socket.on('close', () => resolve(received));
    socket.write(
      paths
        .map((path, i) => {
          const last = i === paths.length - 1 ? 'Connection: close\r\n' : '';
          return `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
        })
        .join(''),
    );
  });
}

test('a turn that has begun requests for 10 ms leaves the others to the next ones', async () => {
  const { turns } = await burst({});
  // 0, 4 and 8 ms after the first the turn still has time; a slow machine begins fewer.
  expect(Math.max(...turns)).toBeLessThanOrEqual(Math.ceil(10 / WORK_MS));
});

test('with turnMs: 0 all are begun as they come', async () => {
  const { turns } = await burst({ turnMs: 0 });
  expect(Math.max(...turns)).toBeGreaterThan(Math.ceil(10 / WORK_MS));
});

test('whoever waits is begun in its own async context, each once', async () => {
  const { ids } = await burst({ turnMs: 5 });
  expect(ids.sort()).toEqual(Array.from({ length: REQUESTS }, (_, i) => `/${i}`).sort());
});

test('a request whose client leaves while it waits is never begun', async () => {
  const begun: string[] = [];
  const app = express();
  initApp(app);
  app.get('/slow', (req) => {
    for (let i = 0; i < 5; i++) work();
    req.socket.destroy();
  });
  app.get('/:id', (req, res) => {
    begun.push(req.params.id);
    res.send('done');
  });
  const port = await listen(app);
  expect(await pipeline(port, ['/slow', '/behind'])).toBe('');
  expect(await pipeline(port, ['/after'])).toContain('done');
  expect(begun).toEqual(['after']);
});

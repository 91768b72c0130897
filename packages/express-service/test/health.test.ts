import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import { listen, withServer } from '@quartet/testing';
import type { Express } from 'express';
import express from 'express';
import { errorHandler, liveness, readiness } from '../src';

const engine = createEngine('sqlite://');
const away = createEngine('postgresql://nobody:nothing@127.0.0.1:1/none');

afterAll(async () => {
  await engine.dispose();
  await away.dispose();
});

function appOf(engines: readonly Engine[], timeoutMs?: number): Express {
  const app = express();
  app.get('/healthz', liveness);
  app.get('/readyz', readiness(engines, timeoutMs === undefined ? {} : { timeoutMs }));
  return app.use(errorHandler({ onError: () => undefined }));
}

describe('health', () => {
  it('is ok while the process lives, and ready while the database answers', async () => {
    await withServer(appOf([engine]), async (url) => {
      for (const path of ['/healthz', '/readyz']) {
        const answer = await fetch(url + path);
        expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    });
  });

  it('is not ready, but alive, when one of the databases cannot be reached', async () => {
    await withServer(appOf([engine, away]), async (url) => {
      const answer = await fetch(`${url}/readyz`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await answer.text()).not.toMatch(/nobody|nothing|127/);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
    });
  });

  it('is not ready when the database takes longer than allowed', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const slow = createEngine(`postgresql://nobody:nothing@127.0.0.1:${port}/none`);
    const server = await listen(appOf([slow], 50));
    const problem = (await (await fetch(`${server.url}/readyz`)).json()) as { detail: string };
    expect(problem.detail).toBe('The database did not answer within 50 ms.');
    await server.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
    await slow.dispose();
  });

  it('is not ready when the SQLite file was deleted or replaced under the app', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quartet-health-'));
    const file = join(folder, 'app.db');
    const onFile = createEngine(`sqlite:///${file}`);
    await onFile.execute('create table t (id integer)');
    await withServer(appOf([onFile]), async (url) => {
      const ask = async (): Promise<[number, string]> => {
        const answer = await fetch(`${url}/readyz`);
        return [answer.status, await answer.text()];
      };
      const replaced = [503, expect.stringContaining('deleted or replaced')];
      expect((await ask())[0]).toBe(200);
      renameSync(file, `${file}.old`);
      expect(await ask()).toEqual(replaced);
      copyFileSync(`${file}.old`, file);
      expect(await ask()).toEqual(replaced);
    });
    await onFile.dispose();
    rmSync(folder, { recursive: true });
  });

  it('is not ready while shutting down', async () => {
    const app = appOf([engine]);
    app.locals['shuttingDown'] = true;
    await withServer(app, async (url) => {
      expect((await fetch(`${url}/readyz`)).status).toBe(503);
    });
  });
});

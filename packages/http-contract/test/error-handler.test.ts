import { once } from 'node:events';
import { get } from 'node:http';
import { IntegrityError, ScopeClosedError } from '@quartet/db-core';
import { expectWarning } from '@quartet/testing';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { errorHandler } from '../src';
import { deferred } from './support/deferred';
import { withServer } from './support/http';

describe('an error in a handler', () => {
  it('is answered without a stack and without SQL, and logged with its stack', async () => {
    expectWarning(/GET \/ 500: Error: SELECT secret[^]*at /);
    const app = express();
    app.get('/', () => {
      throw new Error('SELECT secret FROM users');
    });
    app.use(errorHandler());
    await withServer(app, async (url) => {
      const answer = await fetch(url);
      expect(answer.status).toBe(500);
      const text = await answer.text();
      expect(text).not.toMatch(/secret|\bat /);
      expect(JSON.parse(text)).toMatchObject({ status: 500, title: 'Internal Server Error' });
    });
  });

  it('tells onError what was thrown and what was answered, from 500 up only', async () => {
    const told: unknown[] = [];
    const app = express();
    app.get('/bug', () => Promise.reject(new TypeError('bug')));
    app.get('/taken', () => Promise.reject(new IntegrityError('taken', { kind: 'unique' })));
    app.use(errorHandler({ onError: (error, { status }) => told.push([String(error), status]) }));
    await withServer(app, async (url) => {
      expect((await fetch(`${url}/taken`)).status).toBe(409);
      expect((await fetch(`${url}/bug`)).status).toBe(500);
      expect(told).toEqual([['TypeError: bug', 500]]);
    });
  });

  it('after the headers were sent destroys the socket', async () => {
    const app = express();
    app.get('/', async (_req, res) => {
      await new Promise((sent) => res.write('half an ans', sent));
      throw new Error('too late');
    });
    app.use(errorHandler({ onError: () => undefined }));
    await withServer(app, async (url) => {
      const answer = await fetch(url);
      await expect(answer.text()).rejects.toThrow('terminated');
    });
  });

  it('after the client left sends nothing and logs nothing', async () => {
    const told: unknown[] = [];
    const arrived = deferred();
    const handled = deferred<boolean>();
    const handler = errorHandler({ onError: (error) => told.push(error) });
    const app = express();
    app.get('/', async (_req, res) => {
      arrived.resolve();
      await once(res, 'close');
      throw new ScopeClosedError();
    });
    app.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
      handler(error, req, res, next);
      handled.resolve(res.headersSent);
    });
    await withServer(app, async (url) => {
      const req = get(url).on('error', () => undefined);
      await arrived.promise;
      req.destroy();
      expect(await handled.promise).toBe(false);
      expect(told).toEqual([]);
    });
  });
});

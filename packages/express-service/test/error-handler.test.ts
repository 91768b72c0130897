import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { IntegrityError, OperationalError, ScopeClosedError } from '@quartet/db-core';
import { expectWarning, withServer } from '@quartet/testing';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { errorHandler } from '../src';
import { deferred } from './support/deferred';

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

  it('is logged with its route, not with what a path says of somebody', async () => {
    expectWarning(/^GET \/find\/:name 500: /);
    const app = express();
    const find = express.Router().get('/find/:name', () => {
      throw new Error('bug');
    });
    app.use('/api', find);
    app.use(errorHandler());
    await withServer(app, async (url) => {
      expect((await fetch(`${url}/api/find/ana@localhost`)).status).toBe(500);
    });
  });

  it('is logged by a logger without the text of a statement among the details', async () => {
    const error = jest.fn();
    const app = express();
    app.get('/users/:id', () => {
      throw new TypeError('bug');
    });
    app.use(errorHandler({ logger: { error } }));
    await withServer(app, async (url) => {
      expect((await fetch(`${url}/users/7`)).status).toBe(500);
    });
    expect(error.mock.calls).toEqual([
      [
        { method: 'GET', route: '/users/:id', status: 500, type: 'TypeError' },
        expect.stringMatching(/^GET \/users\/:id 500: TypeError: bug\n +at /),
      ],
    ]);
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

  it('of a client that left although its body was read and its answer waits for its turn is silent too', async () => {
    const told: unknown[] = [];
    const handled = deferred();
    const arrived = deferred();
    const handler = errorHandler({ onError: (error) => told.push(error) });
    const app = express();
    app.get('/first', () => arrived.resolve());
    app.get('/second', async (req) => {
      await arrived.promise;
      req.socket.destroy();
      await once(req.socket, 'close');
      throw new ScopeClosedError();
    });
    app.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
      handler(error, req, res, next);
      handled.resolve();
    });
    await withServer(app, async (url) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write('GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n');
      await handled.promise;
      expect(told).toEqual([]);
    });
  });

  it('after a whole answer is reported: the client has it, so it has not left', async () => {
    const told: unknown[] = [];
    const reported = deferred();
    const app = express();
    app.get('/', async (_req, res) => {
      res.send('done');
      await once(res, 'close');
      throw new ScopeClosedError();
    });
    const onError = (error: unknown) => {
      told.push(error);
      reported.resolve();
    };
    app.use(errorHandler({ onError }));
    await withServer(app, async (url) => {
      expect(await (await fetch(url)).text()).toBe('done');
      await reported.promise;
      expect(told).toEqual([expect.any(ScopeClosedError)]);
    });
  });

  it('of a read whose connection was lost asks to try again, of a write it does not', async () => {
    const app = express();
    app.all('/', () => Promise.reject(new OperationalError('x', { reason: 'gone' })));
    app.use(errorHandler({ onError: () => undefined }));
    await withServer(app, async (url) => {
      const again = async (method: string) =>
        (await fetch(url, { method })).headers.get('retry-after');
      expect([await again('GET'), await again('POST')]).toEqual(['5', null]);
    });
  });

  it("is answered in the app's words", async () => {
    const app = express();
    app.get('/', () => Promise.reject(new IntegrityError('x', { kind: 'unique' })));
    app.use(errorHandler({ messages: { duplicate: 'Pick another name.' } }));
    await withServer(app, async (url) => {
      expect(await (await fetch(url)).json()).toMatchObject({ detail: 'Pick another name.' });
    });
  });
});

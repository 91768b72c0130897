import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import express from 'express';
import express4 from 'express-4';
import type { ScopedSession } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core/observe';
import { clientGone, initApp, noteErrors, requestScopesOf } from '@quartet/db-core/express';
import { deferred, onEachEngine } from './support';

onEachEngine((fixture) => {
  let app: Express;
  let server: http.Server;
  let Session: ScopedSession;
  let teardowns: { path: string; error: unknown }[];
  let forgotten: string[];
  /** Resolves at the next teardown. */
  let tornDown: ReturnType<typeof deferred<void>>;

  const write = async (name: string) =>
    Session.execute('insert into items (name) values (?)', [name]);
  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

  beforeEach(async () => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    teardowns = [];
    forgotten = [];
    tornDown = deferred();
    app = express();
    initApp(app, {
      onTeardown: (error, req) => {
        teardowns.push({ path: req.path, error });
        tornDown.resolve();
      },
      onForgottenCommit: (req) => forgotten.push(req.path),
    });
    app.get('/untouched', (_req, res) => void res.send('ok'));
    app.get('/committed/:name', async (req, res) => {
      await write(req.params.name);
      await Session.commit();
      res.status(201).send('ok');
    });
    app.get('/forgotten', async (_req, res) => {
      await write('forgotten');
      res.send('ok');
    });
    app.get('/thrown', async () => {
      await write('thrown');
      throw new Error('thrown');
    });
    app.get('/next', (_req, _res, next) => void write('next').then(() => next(new Error('next'))));
    app.get('/half', async (_req, res) => {
      await write('half');
      res.write('half');
      throw new Error('after headers');
    });
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(fixture.engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
  });
  /** Routes added behind the others; the last handler keeps Express from printing what a test throws. */
  const finish = () => {
    app.use(((_error, _req, res, _next) => {
      if (res.headersSent) res.destroy();
      else res.status(500).send('failed');
    }) as express.ErrorRequestHandler);
  };

  test('whoever looks at an app from outside has its requests recorded', async () => {
    const recorder = new Recorder();
    requestScopesOf(app)?.record((req) => (req.headers['x-look'] ? recorder : undefined));
    await fetch(url('/committed/unseen'));
    await fetch(url('/committed/seen'), { headers: { 'x-look': 'yes' } });
    expect(recorder.queries.map(({ parameters }) => parameters)).toEqual([['seen']]);
  });

  test('a forgotten commit is rolled back and reported with its route', async () => {
    await fetch(url('/forgotten'));
    await tornDown.promise;
    expect(forgotten).toEqual(['/forgotten']);
    expect(await fixture.names()).toEqual([]);
  });

  test.each(['/thrown', '/next'])(
    '%s: rolled back, torn down once, and teardown knows the error',
    async (path) => {
      finish();
      expect((await fetch(url(path))).status).toBe(500);
      await tornDown.promise;
      expect(teardowns).toEqual([
        { path, error: expect.objectContaining({ message: path.slice(1) }) },
      ]);
      expect(forgotten).toEqual([]);
      expect(await fixture.names()).toEqual([]);
    },
  );

  test('HEAD is torn down like GET', async () => {
    expect((await fetch(url('/committed/head'), { method: 'HEAD' })).status).toBe(201);
    await tornDown.promise;
    expect(teardowns).toHaveLength(1);
  });

  test.each<[string, (late: Express) => unknown]>([
    ['the route GET /users', (late) => late.get('/users', () => undefined)],
    ['the route POST /users/:id', (late) => late.post('/users/:id', () => undefined)],
    ['a router', (late) => late.use('/api', express.Router())],
  ])('initApp behind %s is refused', (what, register) => {
    const late = express();
    late.use(express.json(), (_req, _res, next) => next());
    register(late);
    expect(() => initApp(late)).toThrow(`initApp was called behind ${what},`);
    expect(requestScopesOf(late)).toBeUndefined();
  });

  test('initApp behind middleware, or an app that is mounted, is as ever', () => {
    const late = express();
    const mounted = express();
    initApp(mounted);
    mounted.get('/', () => undefined);
    late.use(express.json(), express.static('.'));
    late.use('/admin', mounted);
    expect(initApp(late)).toBe(requestScopesOf(late));
  });

  test('initApp twice on one app is refused', () => {
    expect(() => initApp(app)).toThrow('call initApp once for each app');
  });

  test('an app of Express 4 is refused, and says what to install', () => {
    const old = express4();
    expect(() => initApp(old)).toThrow(/Express 4.*npm install express@5/);
    expect(requestScopesOf(old)).toBeUndefined();
  });

  test('what fails after the client left reaches no error handler, and teardown knows it', async () => {
    const [arrived, failed] = [deferred(), deferred()];
    const met: unknown[] = [];
    app.get('/left', async (_req, res) => {
      await write('left');
      arrived.resolve();
      await new Promise((closed) => res.once('close', closed));
      setImmediate(failed.resolve);
      throw new TypeError('a consequence');
    });
    app.use(noteErrors);
    app.use(((error, _req, res, _next) => {
      met.push(error);
      res.end();
    }) as express.ErrorRequestHandler);
    const client = http.get(url('/left')).on('error', () => undefined);
    await arrived.promise;
    client.destroy();
    await failed.promise;
    await tornDown.promise;
    expect(met).toEqual([]);
  });

  test('clientGone tells a client that left from one that has its answer, and from an answer cut by the server', async () => {
    const seen: Record<string, boolean> = {};
    const done = { left: deferred(), answered: deferred(), cut: deferred() };
    const arrived = deferred();
    const note = (path: keyof typeof done, req: express.Request, res: express.Response) => {
      seen[path] = clientGone(req, res);
      done[path].resolve();
    };
    app.get('/there', (req, res) => void res.json(clientGone(req, res)));
    app.get('/left', (req, res) => {
      res.once('close', () => note('left', req, res));
      arrived.resolve();
    });
    app.get('/answered', (req, res) => {
      res.once('close', () => note('answered', req, res));
      res.send('ok');
    });
    app.get('/cut', (req, res) => {
      res.once('error', () => undefined);
      res.once('close', () => note('cut', req, res));
      res.write('half', () => res.destroy(new Error('no more')));
    });
    expect(await (await fetch(url('/there'))).json()).toBe(false);
    const client = http.get(url('/left')).on('error', () => undefined);
    await arrived.promise;
    client.destroy();
    await (await fetch(url('/answered'))).text();
    await expect(fetch(url('/cut')).then((answer) => answer.text())).rejects.toThrow('terminated');
    for (const { promise } of Object.values(done)) await promise;
    expect(seen).toEqual({ left: true, answered: false, cut: false });
  });

  test('a hook that throws is reported and does not keep the connection', async () => {
    const other = express();
    const reported = deferred<unknown>();
    initApp(other, {
      onTeardown: () => Promise.reject(new Error('hook')),
      onTeardownError: reported.resolve,
    });
    other.get(
      '/',
      async (_req, res) => void res.json((await Session.execute('select 1')).scalar()),
    );
    const listening = other.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    await (await fetch(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/`)).text();
    expect(await reported.promise).toMatchObject({ message: 'hook' });
    expect(fixture.engine.status().inUse).toBe(0);
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  });
});

import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import * as net from 'node:net';
import type { Express } from 'express';
import express from 'express';
import express4 from 'express-4';
import type { ScopedSession } from '@quartet/db-core';
import { ScopeClosedError, scopedSession, sessionmaker } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core/observe';
import {
  ClientAbortedError,
  clientGone,
  initApp,
  noteErrors,
  requestScopesOf,
} from '@quartet/db-core/express';
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

  test('a request that touches no data opens no session, no connection and no teardown', async () => {
    const before = fixture.engine.status();
    expect(await (await fetch(url('/untouched'))).text()).toBe('ok');
    expect(fixture.engine.status()).toEqual(before);
    expect(teardowns).toEqual([]);
  });

  test('after a committed answer the session is removed once and its writes are kept', async () => {
    expect((await fetch(url('/committed/a'))).status).toBe(201);
    await tornDown.promise;
    expect(teardowns).toEqual([{ path: '/committed/a', error: undefined }]);
    expect(await fixture.names()).toEqual(['a']);
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

  test('an error after the headers: the answer is cut off, the writes are rolled back', async () => {
    finish();
    await expect(fetch(url('/half')).then((answer) => answer.text())).rejects.toThrow(
      /terminated|fetch failed/,
    );
    await tornDown.promise;
    expect(teardowns).toEqual([
      { path: '/half', error: expect.objectContaining({ message: 'after headers' }) },
    ]);
    expect(await fixture.names()).toEqual([]);
  });

  test('the same session within a request, another in the next, also when both overlap', async () => {
    const bothHere = deferred();
    const seen: object[] = [];
    app.get('/session', async (_req, res) => {
      const session = Session();
      seen.push(session);
      if (seen.length === 2) bothHere.resolve();
      await bothHere.promise;
      res.json(Session() === session);
    });
    const answers = await Promise.all([fetch(url('/session')), fetch(url('/session'))]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([true, true]);
    expect(new Set(seen).size).toBe(2);
  });

  test('a streamed answer keeps its session until the stream has ended', async () => {
    const firstRead = deferred();
    app.get('/stream', async (_req, res) => {
      await write('a');
      res.write('first\n');
      await firstRead.promise;
      res.write(`${(await Session.execute('select name from items')).scalar()}\n`);
      await Session.rollback();
      res.end();
    });
    const answer = await fetch(url('/stream'));
    const reader = answer.body!.getReader();
    await reader.read();
    expect(teardowns).toEqual([]);
    firstRead.resolve();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('a\n');
    expect((await reader.read()).done).toBe(true);
    await tornDown.promise;
    expect(teardowns).toHaveLength(1);
  });

  describe('when the client goes away', () => {
    test('between statements: rolled back, and the handler that runs on is refused a session', async () => {
      const [written, gone, ran] = [deferred(), deferred(), deferred<unknown>()];
      app.get('/abort', async (_req, res) => {
        await write('a');
        written.resolve();
        await gone.promise;
        ran.resolve(await write('b').catch((error: unknown) => error));
        res.end();
      });
      const controller = new AbortController();
      const request = fetch(url('/abort'), { signal: controller.signal }).catch(() => undefined);
      await written.promise;
      controller.abort();
      await request;
      await tornDown.promise;
      gone.resolve();
      expect(await ran.promise).toBeInstanceOf(ScopeClosedError);
      expect(teardowns).toEqual([{ path: '/abort', error: expect.any(ClientAbortedError) }]);
      expect(await fixture.names()).toEqual([]);
    });

    test('before the handler asks for its first session: it gets none', async () => {
      const [here, gone, ran] = [deferred(), deferred(), deferred<unknown>()];
      app.get('/early', async (_req, res) => {
        res.once('close', () => gone.resolve());
        here.resolve();
        await gone.promise;
        ran.resolve(await write('a').catch((error: unknown) => error));
      });
      const controller = new AbortController();
      const request = fetch(url('/early'), { signal: controller.signal }).catch(() => undefined);
      await here.promise;
      controller.abort();
      await request;
      expect(await ran.promise).toBeInstanceOf(ScopeClosedError);
      expect(teardowns).toEqual([]);
    });

    const sleep = { postgres: 'select pg_sleep(30)', mariadb: 'select sleep(30)' };
    if (fixture.name !== 'sqlite') {
      test('in the middle of a query: the server is asked to stop it, nothing waits for its end', async () => {
        const ran = deferred<unknown>();
        const started = new Promise((resolve) => fixture.engine.once('checkout', resolve));
        app.get('/slow', async (_req, res) => {
          await Session.begin();
          ran.resolve(
            await Session.execute(sleep[fixture.name as 'postgres']).then(
              (result) => result.scalar(),
              (error: unknown) => error,
            ),
          );
          res.end();
        });
        const controller = new AbortController();
        const request = fetch(url('/slow'), { signal: controller.signal }).catch(() => undefined);
        await started;
        // The statement is on its way when the server shows it running.
        const running =
          fixture.name === 'postgres'
            ? "select count(*) from pg_stat_activity where query like 'select pg_sleep%'"
            : "select count(*) from information_schema.processlist where info like 'select sleep%'";
        while (Number((await fixture.engine.execute(running)).scalar()) === 0);
        const at = performance.now();
        controller.abort();
        await request;
        await tornDown.promise;
        expect(performance.now() - at).toBeLessThan(10_000);
        // PostgreSQL reports the cancelled statement; MariaDB's sleep() answers 1 when it is interrupted.
        const outcome = await ran.promise;
        if (fixture.name === 'postgres') expect(outcome).toMatchObject({ reason: 'cancelled' });
        else expect([1, 'cancelled']).toContain((outcome as { reason?: string }).reason ?? outcome);
      });
    }

    test('while a pipelined request waits for its turn to answer: that one is torn down too', async () => {
      const both = deferred();
      let here = 0;
      app.get('/pipelined/:name', async (req) => {
        await write(req.params.name);
        if (++here === 2) both.resolve();
        await new Promise(() => undefined); // never answers
      });
      // SQLite has one writer: the second request waits for the lock until the first is torn down.
      const names = fixture.name === 'sqlite' ? ['a'] : ['a', 'b'];
      if (fixture.name === 'sqlite') here = 1;
      const socket: Socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
      for (const name of names) socket.write(`GET /pipelined/${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await both.promise;
      const all = deferred();
      const count = setInterval(() => teardowns.length === names.length && all.resolve(), 5);
      socket.destroy();
      await all.promise;
      clearInterval(count);
      expect(teardowns.map(({ path }) => path).sort()).toEqual(
        names.map((name) => `/pipelined/${name}`),
      );
      expect(await fixture.names()).toEqual([]);
    });
  });

  test('keep-alive: many requests on one socket leave no listeners behind', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let socket: Socket | undefined;
    server.on('connection', (opened) => (socket ??= opened));
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((resolve, reject) => {
        http
          .get(url(`/committed/k${i}`), { agent }, (res) => res.resume().on('end', resolve))
          .on('error', reject);
      });
    }
    expect(socket!.listenerCount('close')).toBeLessThan(8);
    agent.destroy();
  });

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

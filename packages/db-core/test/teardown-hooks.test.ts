/** Who is told that a scope has ended, and with which error, without wiring by the app. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorRequestHandler, Express } from 'express';
import express from 'express';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import type { RequestScopes } from '@quartet/db-core/express';
import { initApp } from '@quartet/db-core/express';
import { expectWarning, until } from '@quartet/testing';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
afterAll(() => engine.dispose());

describe('of requests', () => {
  let app: Express;
  let scopes: RequestScopes;
  let server: Server;
  let told: unknown[];
  const failing = async (): Promise<never> => {
    await Session.execute('select 1');
    throw new Error('boom');
  };
  const answering: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).end();
  const hook = (error: unknown): unknown =>
    told.push(error instanceof Error ? error.message : error);
  /** What the hooks were told of a request. */
  const tellOf = async (path: string): Promise<unknown[]> => {
    told = [];
    await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text();
    await scopes.idle();
    return told;
  };

  beforeEach(async () => {
    app = express().set('env', 'test'); // Express prints what nobody handles elsewhere
    scopes = initApp(app);
    app.get('/untouched', (_req, res) => void res.send('ok'));
    app.get(
      '/fine',
      async (_req, res) => void res.json((await Session.execute('select 1')).scalar()),
    );
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('an error that no handler deals with', async () => {
    scopes.onTeardown(hook);
    app.get('/boom', failing);
    expect(await tellOf('/boom')).toEqual(['boom']);
    expect(await tellOf('/fine')).toEqual([undefined]);
  });

  test('an error that a handler of the app answers, of a router, or of the route itself', async () => {
    scopes.onTeardown(hook);
    const router = express.Router();
    router.get('/boom', failing);
    router.use(answering);
    app.use('/router', router);
    app.get('/route', failing, answering);
    app.get('/app', failing);
    app.use(answering);
    for (const path of ['/app', '/router/boom', '/route'])
      expect([path, await tellOf(path)]).toEqual([path, ['boom']]);
  });

  test('handlers and hooks that were added after the first request', async () => {
    await tellOf('/fine');
    scopes.onTeardown(hook);
    await tellOf('/fine');
    app.get('/boom', failing);
    app.use(answering);
    expect(await tellOf('/boom')).toEqual(['boom']);
  });

  test('an error handler answers as it would without us, and handles its request once', async () => {
    scopes.onTeardown(hook);
    const seen: unknown[] = [];
    app.get('/boom', failing);
    app.use((async (error, _req, _res, next) => {
      seen.push((error as Error).message);
      next(error);
    }) as ErrorRequestHandler);
    app.use((async (error, _req, _res, _next) => {
      seen.push((error as Error).message);
      throw new Error('of the handler');
    }) as ErrorRequestHandler);
    app.use(answering);
    expect(await tellOf('/boom')).toEqual(['of the handler']);
    expect(seen).toEqual(['boom', 'boom']);
  });

  test('a request without data has no teardown, unless a hook is for those, too', async () => {
    scopes.onTeardown(hook);
    expect(await tellOf('/untouched')).toEqual([]);
    scopes.onTeardown((error) => told.push(['always', error]), { withoutData: true });
    expect(await tellOf('/untouched')).toEqual([['always', undefined]]);
    expect(await tellOf('/fine')).toEqual([undefined, ['always', undefined]]);
  });

  test('a hook that fails keeps no other from its call', async () => {
    const failures: unknown[] = [];
    const other = express();
    const own = initApp(other, { onTeardownError: (error) => failures.push(error) });
    const calls: string[] = [];
    own.onTeardown(() => Promise.reject(new Error('first')));
    own.onTeardown(() => calls.push('second'));
    other.get(
      '/',
      async (_req, res) => void res.json((await Session.execute('select 1')).scalar()),
    );
    const listening = other.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    await fetch(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/`);
    await until(() => calls.length === 1);
    expect(failures).toMatchObject([{ message: 'first' }]);
    await new Promise((resolve) => listening.close(resolve));
  });

  test('a misspelt option is refused', () => {
    expect(() => scopes.onTeardown(hook, { withoutdata: true } as never)).toThrow(
      "'withoutdata': did you mean 'withoutData'",
    );
  });
});

describe('of runInScope', () => {
  test('it is told what the work failed with, after the session is removed', async () => {
    const told: unknown[] = [];
    const onTeardown = async (error: unknown): Promise<void> => {
      told.push(error, engine.status().inUse);
    };
    await runInScope(async () => void (await Session.execute('select 1')), { onTeardown });
    const boom = new Error('boom');
    await expect(
      runInScope(
        async () => {
          await Session.connection().begin({ begin: 'eager' });
          throw boom;
        },
        { onTeardown },
      ),
    ).rejects.toBe(boom);
    await runInScope(() => undefined, { onTeardown }); // without data, too
    expect(told).toEqual([undefined, 0, boom, 0, undefined, 0]);
  });

  test('what the hook throws is thrown, but never instead of the work’s own error', async () => {
    expectWarning(/Teardown failed:.*hook/);
    const onTeardown = (): never => {
      throw new Error('hook');
    };
    await expect(runInScope(() => 1, { onTeardown })).rejects.toThrow('hook');
    await expect(
      runInScope(() => Promise.reject(new Error('work')), { onTeardown }),
    ).rejects.toThrow('work');
  });
});

/** A server without a framework. What all frameworks share is in `frameworks/`. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ScopedListener } from '@quartet/db-core/http';
import {
  currentRequest,
  gracefulShutdown,
  requestListener,
  setCommitMode,
} from '@quartet/db-core/http';
import {
  ArgumentError,
  createEngine,
  NoActiveScopeError,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
let server: Server;

const serve = async (listener: ScopedListener): Promise<string> => {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(() => engine.execute('create table notes (body text unique)'));
beforeEach(() => engine.execute('delete from notes'));
afterEach(async () => {
  if (!server?.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
afterAll(() => engine.dispose());

test('a handler of http.createServer has a session, and its request is known', async () => {
  const url = await serve(
    requestListener(async (_req, res) => {
      await Session.execute("insert into notes values ('a')");
      await Session.commit();
      res.end(currentRequest()?.url);
    }),
  );
  expect(await (await fetch(`${url}/somewhere`)).text()).toBe('/somewhere');
  expect((await engine.execute('select body from notes')).scalars()).toEqual(['a']);
  expect(currentRequest()).toBeUndefined();
});

test('an error is answered with an empty 500, or as onError says, and is known to teardown hooks', async () => {
  const told: unknown[] = [];
  const fail = async (): Promise<never> => {
    await Session.execute("insert into notes values ('a')");
    throw new Error('boom');
  };
  const brief = requestListener(fail);
  brief.scopes.onTeardown((error) => told.push((error as Error).message));
  const answer = await fetch(await serve(brief));
  expect([answer.status, await answer.text()]).toEqual([500, '']);
  await brief.scopes.idle();
  expect(told).toEqual(['boom']);
  server.close();
  const own = requestListener(fail, {
    onError: (error, _req, res) => res.writeHead(418).end((error as Error).message),
  });
  const second = await fetch(await serve(own));
  expect([second.status, await second.text()]).toEqual([418, 'boom']);
  await own.scopes.idle();
  expect((await engine.execute('select body from notes')).rowCount).toBe(0);
});

test('warnings name the method and the path, without its query', async () => {
  const warn = jest.spyOn(console, 'warn').mockReturnValue();
  const listener = requestListener(async (_req, res) => {
    await Session.execute("insert into notes values ('a')");
    res.end();
  });
  await fetch(`${await serve(listener)}/notes?secret=1`, { method: 'POST' });
  await listener.scopes.idle();
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^POST \/notes answered 200, but what it wrote was not committed/)],
  ]);
  warn.mockRestore();
});

test('a request that comes during a shutdown is refused, probes are not', async () => {
  const paths: string[] = [];
  let goOn: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (goOn = resolve));
  const listener = requestListener(async (req, res) => {
    paths.push(req.url as string);
    if (req.url === '/slow') await waiting;
    res.end();
  });
  const url = await serve(listener);
  const shutdown = gracefulShutdown({ scopes: listener.scopes, server, engines: [] });
  const slow = fetch(`${url}/slow`);
  while (paths.length === 0) await new Promise(setImmediate);
  const over = shutdown();
  const statuses = [];
  for (const path of ['/late?x=1', '/healthz?x=1']) statuses.push((await fetch(url + path)).status);
  goOn();
  statuses.push((await slow).status);
  await over;
  expect(statuses).toEqual([503, 200, 200]);
  expect(paths).toEqual(['/slow', '/healthz?x=1']);
});

test('what is no option, and a mode outside a request, is refused', () => {
  expect(() => requestListener(() => undefined, { comit: 'manual' } as never)).toThrow(
    "'comit': did you mean 'commit'",
  );
  expect(() => requestListener(() => undefined, { commit: 'never' as never })).toThrow(
    ArgumentError,
  );
  expect(() => setCommitMode('manual')).toThrow(NoActiveScopeError);
});

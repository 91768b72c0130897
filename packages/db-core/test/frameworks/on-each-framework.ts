/** A describe block for each framework and database, with a server, and a session whose work is seen from outside. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine, ScopedSession } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import type { Fixture } from '../support';
import { deferred, onEachEngine } from '../support';
import { expressApp } from './express-app';
import { fastifyApp } from './fastify-app';
import type { App, Handler, Options, Route, TestFramework } from './framework';
import { honoApp } from './hono-app';
import { koaApp } from './koa-app';
import { nodeHttpApp } from './node-http-app';

export const FRAMEWORKS: readonly TestFramework[] = [
  nodeHttpApp,
  expressApp,
  fastifyApp,
  koaApp,
  honoApp,
];

export interface Web extends Fixture {
  readonly framework: TestFramework;
  readonly Session: ScopedSession;
  /** What teardown hooks were told, in order. */
  readonly teardowns: readonly unknown[];
  /** The first of them, when it has come. */
  tornDown(): Promise<unknown>;
  /** How many answers were sent without a commit. */
  readonly forgotten: number;
  readonly server: Server;
  readonly app: App;
  /** Another engine, which sees what was committed. */
  readonly outside: Engine;
  write(name: string): Promise<unknown>;
  seen(): Promise<string[]>;
  serve(routes: Handler | readonly Route[], options?: Options, sorry?: string): Promise<void>;
  url(path?: string): string;
  get(path?: string, init?: RequestInit): Promise<Response>;
}

export function onEachFramework(suite: (web: Web) => void): void {
  describe.each(FRAMEWORKS)('$name', (framework) => {
    onEachEngine((fixture) => suite(webOf(framework, fixture)));
  });
}

function webOf(framework: TestFramework, fixture: Fixture): Web {
  let app: App | undefined;
  let outside: Engine;
  let Session: ScopedSession;
  let teardowns: unknown[];
  let forgotten: number;
  let tornDown: ReturnType<typeof deferred<unknown>>;
  beforeAll(() => {
    outside = fixture.another();
  });
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    teardowns = [];
    forgotten = 0;
    tornDown = deferred<unknown>();
  });
  afterEach(async () => {
    if (!app) return;
    app.server.closeAllConnections();
    const closed = app.server.listening && once(app.server, 'close');
    if (closed) app.server.close();
    await closed;
    await app.close?.();
    await app.scopes.idle(); // an answer is out before its session is gone
    app = undefined;
    expect(fixture.engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
  });
  const own = {
    framework,
    get Session() {
      return Session;
    },
    get teardowns() {
      return teardowns;
    },
    get forgotten() {
      return forgotten;
    },
    get outside() {
      return outside;
    },
    get app() {
      return app as App;
    },
    get server() {
      return (app as App).server;
    },
    tornDown: () => tornDown.promise,
    write: async (name: string) =>
      await Session.execute('insert into items (name) values (?)', [name]),
    seen: async () =>
      (await outside.execute('select name from items order by name')).scalars<string>(),
    async serve(routes: Handler | readonly Route[], options: Options = {}, sorry?: string) {
      const all = typeof routes === 'function' ? [{ path: '/', handler: routes }] : routes;
      const onTeardown = (error: unknown): void => {
        teardowns.push(error);
        tornDown.resolve(error);
      };
      const onForgottenCommit = (): void => void forgotten++;
      // A suite that looks at what is logged wants the warning itself.
      const counted = options.logger ? {} : { onForgottenCommit };
      app = await framework.app(all, { ...counted, onTeardown, ...options }, sorry);
      app.server.listen(0, '127.0.0.1');
      await once(app.server, 'listening');
    },
    url: (path = '/') =>
      `http://127.0.0.1:${((app as App).server.address() as AddressInfo).port}${path}`,
    get: (path?: string, init?: RequestInit): Promise<Response> =>
      fetch(own.url(path), { redirect: 'manual', ...init }),
  };
  // The fixture's own members are set when its suite begins.
  return Object.setPrototypeOf(own, fixture) as Web;
}

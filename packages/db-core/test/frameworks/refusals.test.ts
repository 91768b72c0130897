/** What an entry refuses, and what only its framework has. */
import { ArgumentError, InvalidRequestError } from '@quartet/db-core';
import * as express from '@quartet/db-core/express';
import * as fastifyEntry from '@quartet/db-core/fastify';
import * as hono from '@quartet/db-core/hono';
import * as koa from '@quartet/db-core/koa';
import newExpress from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';

type Options = { commit: 'manual' };
const ENTRIES: [
  string,
  () => (options?: Options) => unknown,
  { commitMode(mode: 'manual'): unknown },
][] = [
  [
    'Express',
    () => {
      const app = newExpress();
      return (options) => express.initApp(app, options);
    },
    express,
  ],
  [
    'Fastify',
    () => {
      const app = fastify();
      return (options) => fastifyEntry.initApp(app, options);
    },
    fastifyEntry,
  ],
  [
    'Koa',
    () => {
      const app = new Koa();
      return (options) => koa.initApp(app, options);
    },
    koa,
  ],
  [
    'Hono',
    () => {
      const app = new Hono();
      return (options) => hono.initApp(app, options);
    },
    hono,
  ],
];

describe.each(ENTRIES)('%s', (_name, make, { commitMode }) => {
  test('initApp twice on one app is refused', () => {
    const init = make();
    init();
    expect(init).toThrow('call initApp once for each app');
    expect(make()).not.toThrow();
  });

  test('options and modes that are none are refused, and the app is as it was', () => {
    const init = make();
    expect(() => init({ comit: 'manual' } as never)).toThrow("'comit': did you mean 'commit'");
    expect(() => init({ commit: 'always' } as never)).toThrow(ArgumentError);
    expect(() => commitMode('always' as never)).toThrow(ArgumentError);
    expect(init).not.toThrow();
  });
});

describe('Hono', () => {
  test('a request that does not come from node:http is refused, and says what to do', async () => {
    const app = new Hono();
    let error: unknown;
    app.onError((thrown, c) => {
      error = thrown;
      return c.text('no', 500);
    });
    hono.initApp(app);
    app.get('/', (c) => c.text('never'));
    expect((await app.request('/')).status).toBe(500);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(/serve\(\) of @hono\/node-server.*runInScope\(\)/);
  });

  test('initApp behind a route is refused', () => {
    const app = new Hono();
    app.get('/users', (c) => c.text('ok'));
    expect(() => hono.initApp(app)).toThrow('initApp was called behind the route GET /users,');
  });
});

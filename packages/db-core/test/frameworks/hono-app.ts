import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { commitMode, initApp } from '@quartet/db-core/hono';
import type { Context } from 'hono';
import { Hono } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import type { Call, TestFramework } from './framework';
import { lastPart, nameOf, statusOf } from './framework';

export const honoApp: TestFramework = {
  name: 'Hono',
  gaps: {
    losesEarlierHeaders:
      'its answer does not tell what middleware in front has set from what the handler has',
    failsBriefly: '`app.onError` is over when a body begins',
  },
  app(routes, options, sorry) {
    const app = new Hono<{
      Bindings: { outgoing: Call['outgoing']; incoming: Call['incoming'] };
    }>();
    app.use(async (c, next) => {
      c.header('X-Before', 'kept');
      await next();
    });
    const scopes = initApp(app, options);
    app.onError((error, c) => {
      if (c.env.outgoing.headersSent) {
        c.env.outgoing.destroy();
        return RESPONSE_ALREADY_SENT;
      }
      if (sorry) return c.redirect(sorry);
      c.status(statusOf(error) as StatusCode);
      return c.json(nameOf(error));
    });
    for (const { method = 'GET', path, mode, handler } of routes) {
      if (mode) app.use(path, commitMode(mode));
      app.on(method, path, async (c) => {
        if (method === 'POST') await c.req.json();
        const { answer, ended } = answering(c, handler);
        await ended;
        return answer.now ?? RESPONSE_ALREADY_SENT;
      });
    }
    return { server: createAdaptorServer({ fetch: app.fetch }) as Server, scopes };
  },
};

interface Answer {
  now?: Response;
}

/** Hono's handlers give an answer back: what one has said last is it. */
function answering(
  c: Context,
  handler: (call: Call) => unknown,
): { answer: Answer; ended: Promise<unknown> } {
  const answer: Answer = {};
  const say = (response: Response): Response => (answer.now = response);
  const { incoming, outgoing } = c.env as Pick<Call, 'incoming' | 'outgoing'>;
  const ended = handler({
    incoming,
    outgoing,
    name: lastPart(c.req.path),
    header: (name, value) => c.header(name, value),
    json: (status, body) => say(c.newResponse(JSON.stringify(body), status as 200)),
    text: (status, body) => say(c.newResponse(body, status as 200)),
    empty: (status) => say(c.newResponse(null, status as 200)),
    redirect: (to) => say(c.redirect(to, 303)),
    stream: (parts) => say(c.body(Readable.toWeb(parts) as ReadableStream)),
    takeOver: () => undefined,
  });
  return { answer, ended: Promise.resolve(ended) };
}

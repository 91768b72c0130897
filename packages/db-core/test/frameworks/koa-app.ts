import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { commitMode, initApp } from '@quartet/db-core/koa';
import Koa from 'koa';
import type { Call, TestFramework } from './framework';
import { lastPart, nameOf, statusOf } from './framework';

export const koaApp: TestFramework = {
  name: 'Koa',
  gaps: {
    failsBriefly:
      'the middleware that answers errors is done when a body begins: `ctx.onerror` answers',
    namesNoRoute: 'Koa has none without a router: `_matchedRoute` of @koa/router is taken',
  },
  app(routes, options, sorry) {
    const app = new Koa();
    app.silent = true;
    app.use(async (ctx, next) => {
      ctx.set('X-Before', 'kept');
      try {
        await next();
      } catch (error) {
        if (ctx.headerSent) ctx.res.destroy();
        else if (sorry) ctx.redirect(sorry);
        else {
          ctx.status = statusOf(error);
          ctx.body = JSON.stringify(nameOf(error));
        }
      }
    });
    const scopes = initApp(app, options);
    for (const { path, mode, handler } of routes) {
      const own: Koa.Middleware = async (ctx) => {
        if (ctx.method === 'POST') await json(ctx.req);
        await handler(call(ctx));
      };
      app.use((ctx, next) => {
        if (path.replace(':name', lastPart(ctx.path)) !== ctx.path) return next();
        return mode ? commitMode(mode)(ctx, () => own(ctx, next) as Promise<void>) : own(ctx, next);
      });
    }
    return { server: createServer(app.callback()), scopes };
  },
};

function call(ctx: Koa.Context): Call {
  const answer = (status: number, body: unknown): void => {
    ctx.status = status;
    ctx.body = body;
  };
  return {
    incoming: ctx.req,
    outgoing: ctx.res,
    name: lastPart(ctx.path),
    header: (name, value) => ctx.set(name, value),
    json: (status, body) => answer(status, JSON.stringify(body)),
    text: answer,
    empty: (status) => answer(status, null),
    redirect: (to) => {
      ctx.redirect(to);
      ctx.status = 303;
    },
    stream: (parts) => answer(200, parts),
    takeOver: () => (ctx.respond = false),
  };
}

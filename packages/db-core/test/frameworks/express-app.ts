import { createServer } from 'node:http';
import { commitMode, initApp, noteErrors } from '@quartet/db-core/express';
import type { ErrorRequestHandler, Request, Response } from 'express';
import express from 'express';
import type { Call, TestFramework } from './framework';
import { lastPart, nameOf, statusOf } from './framework';

export const expressApp: TestFramework = {
  name: 'Express',
  gaps: {},
  app(routes, options, sorry) {
    const app = express().disable('etag'); // an answer of an error has one, too
    app.use((_req, res, next) => {
      res.set('X-Before', 'kept');
      next();
    });
    const scopes = initApp(app, options);
    app.use(express.json());
    for (const { method = 'GET', path, mode, handler } of routes) {
      const before = mode ? [commitMode(mode)] : [];
      app[method === 'GET' ? 'get' : 'post'](path, ...before, (req, res) =>
        handler(call(req, res)),
      );
    }
    const answer: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
      if (res.headersSent) res.destroy();
      else if (sorry) res.redirect(sorry);
      else res.status(statusOf(error)).json(nameOf(error));
    };
    app.use(noteErrors, answer);
    return { server: createServer(app), scopes };
  },
};

function call(req: Request, res: Response): Call {
  return {
    incoming: req,
    outgoing: res,
    name: lastPart(req.path),
    header: (name, value) => res.set(name, value),
    json: (status, body) => res.status(status).json(body),
    text: (status, body) => res.status(status).send(body),
    empty: (status) => res.status(status).end(),
    redirect: (to) => res.redirect(303, to),
    stream: (parts) => parts.pipe(res),
    takeOver: () => undefined,
  };
}

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { clientGone, requestListener, setCommitMode } from '@quartet/db-core/http';
import type { Call, TestFramework } from './framework';
import { lastPart, nameOf, statusOf } from './framework';

export const nodeHttpApp: TestFramework = {
  name: 'node:http',
  gaps: {
    losesEarlierHeaders: 'there is no middleware: a handler sets all headers itself',
    namesNoRoute: 'there are none, so that a warning has the path',
  },
  app(routes, options, sorry) {
    const listener = requestListener(
      async (req, res) => {
        const route = routes.find(
          ({ path }) => path.replace(':name', lastPart(req.url as string)) === req.url,
        );
        if (!route) return res.writeHead(404).end();
        if (req.method === 'POST') await json(req);
        if (route.mode) setCommitMode(route.mode);
        return route.handler(call(req, res));
      },
      {
        ...options,
        onError(error, req, res) {
          if (res.headersSent || clientGone(req, res)) res.destroy();
          else if (sorry) res.writeHead(302, { Location: sorry }).end();
          else sendJson(res, statusOf(error), nameOf(error));
        },
      },
    );
    return { server: createServer(listener), scopes: listener.scopes };
  },
};

function sendJson(res: ServerResponse, status: number, body: unknown): unknown {
  return res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function call(req: IncomingMessage, res: ServerResponse): Call {
  return {
    incoming: req,
    outgoing: res,
    name: lastPart(req.url as string),
    header: (name, value) => res.setHeader(name, value),
    json: (status, body) => sendJson(res, status, body),
    text: (status, body) => res.writeHead(status).end(body),
    empty: (status) => res.writeHead(status).end(),
    redirect: (to) => res.writeHead(303, { Location: to }).end(),
    stream: (parts) => parts.pipe(res),
    takeOver: () => undefined,
  };
}

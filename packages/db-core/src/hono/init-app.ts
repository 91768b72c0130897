import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { InvalidRequestError } from '../errors/errors';
import { assertCommitMode, setCommitMode } from '../http/commit-mode';
import type { CommitMode } from '../http/current-request';
import { assertFirst } from '../http/one-app';
import { answerBriefly } from '../http/request-listener';
import type { RequestScopeOptions } from '../http/request-scope-options';
import { assertRequestScopeOptions } from '../http/request-scope-options';
import type { Exchange, Framework } from '../http/request-scopes';
import { RequestScopes } from '../http/request-scopes';
import { readInScope } from '../http/read-in-scope';
import { currentScope } from '../session/scope';

/** Options of `initApp`. */
export type HonoScopeOptions = RequestScopeOptions<Context, ServerResponse>;
/** The scopes of an app: what `initApp` gives. */
export type HonoScopes = RequestScopes<Context, ServerResponse>;

const HONO: Framework<Context, ServerResponse> = {
  pathOf: ({ req }) => req.routePath,
  // Hono has done its part when a body begins.
  answer: (error, { outgoing }) => answerBriefly(error, undefined, outgoing),
};

/**
 * Gives the requests of `app` their scopes. Call it before the routes. `settings`, hooks and the like are given Hono's context, and
 * the answer as Node has it. A `Response` with a stream holds its session until the stream has ended.
 *
 * A commit that fails is answered by `app.onError`, without the headers that the answer had by then.
 *
 * @throws ArgumentError for an unknown option; InvalidRequestError when called twice for one app, or behind a route; in each request
 *   that does not come from `@hono/node-server`, as on Bun, Deno and workers, and by `app.request()`.
 * @example
 * const app = new Hono();
 * initApp(app, { commit: 'on-success' });
 * app.get('/users', async (c) => c.json(await User.query.all()));
 * serve({ fetch: app.fetch, port: 3000 });
 */
// oxlint-disable-next-line typescript/no-explicit-any -- an app of any environment, as Hono's own functions take it
export function initApp(app: Hono<any, any, any>, options: HonoScopeOptions = {}): HonoScopes {
  assertRequestScopeOptions('initApp', options);
  const route = app.routes.find(({ method }) => method !== 'ALL');
  if (route) {
    throw new InvalidRequestError(
      `initApp was called behind the route ${route.method} ${route.path}, whose requests would have no session: what they write would ` +
        'commit by itself. Call it before the routes of the app; a request that uses no data costs nothing.',
    );
  }
  assertFirst(app);
  const scopes = new RequestScopes(HONO, options);
  app.use(async (c, next) => {
    const exchange = exchangeOf(c);
    await scopes.run(exchange, async () => {
      await next();
      if (c.error) scopes.noteError(exchange.outgoing, c.error);
      try {
        await scopes.commitBefore(c.res.status, exchange);
      } catch (error) {
        forgetAnswer(c);
        throw error;
      }
      keepScope(c, (error) => scopes.noteError(exchange.outgoing, error));
    });
  });
  return scopes;
}

function exchangeOf(c: Context): Exchange<Context, ServerResponse> {
  const { incoming, outgoing } = (c.env ?? {}) as Partial<Record<string, unknown>>;
  if (!(outgoing instanceof ServerResponse)) {
    throw new InvalidRequestError(
      'This request does not come from node:http, on which sessions of requests stand: serve the app with serve() of ' +
        '@hono/node-server, in tests as well. On Bun, Deno and workers, and in app.request(), use runInScope().',
    );
  }
  const res: ServerResponse = outgoing as ServerResponse<IncomingMessage>;
  return { incoming: incoming as IncomingMessage, outgoing: res, req: c, res };
}

/** An answer whose length is known is no stream, and stays as it is. */
function keepScope(c: Context, failed: (error: unknown) => void): void {
  const scope = currentScope();
  if (!scope?.used || c.res.headers.has('content-length') || !c.res.body) return;
  c.res = new Response(readInScope(c.res.body, scope, failed), c.res);
}

/** Nothing of the answer that the handler has made is in the error's: Hono would take its headers over. */
function forgetAnswer(c: Context): void {
  const names = [...c.res.headers.keys()];
  c.res = undefined;
  c.finalized = false;
  for (const name of names) c.header(name, undefined);
  c.status(200);
}

/**
 * Middleware for routes that differ from what `initApp` was told with `commit`.
 *
 * @throws ArgumentError for anything but a mode; NoActiveScopeError where `initApp` was not called before.
 * @example
 * app.post('/imports', commitMode('manual'), async (c) => { … });
 */
export function commitMode(mode: CommitMode): MiddlewareHandler {
  assertCommitMode(mode);
  return (_c, next) => {
    setCommitMode(mode);
    return next();
  };
}

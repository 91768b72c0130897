import type { ServerResponse } from 'node:http';
import type Koa from 'koa';
import { assertCommitMode, setCommitMode } from '../http/commit-mode';
import type { CommitMode } from '../http/current-request';
import { headOf, setHead } from '../http/held-answer';
import { assertFirst } from '../http/one-app';
import { readInScope } from '../http/read-in-scope';
import type { RequestScopeOptions } from '../http/request-scope-options';
import { assertRequestScopeOptions } from '../http/request-scope-options';
import type { Framework } from '../http/request-scopes';
import { RequestScopes } from '../http/request-scopes';
import { currentScope } from '../session/scope';

/** Options of `initApp`. */
export type KoaScopeOptions = RequestScopeOptions<Koa.Context, ServerResponse>;
/** The scopes of an app: what `initApp` gives. */
export type KoaScopes = RequestScopes<Koa.Context, ServerResponse>;

const KOA: Framework<Koa.Context, ServerResponse> = {
  // As @koa/router notes it.
  pathOf: ({ _matchedRoute: path }) => (typeof path === 'string' ? path : undefined),
  answer: (error, { req: ctx }) => ctx.onerror(error as Error),
};

/**
 * Gives the requests of `app` their scopes. Call it behind the middleware that answers errors and before everything that uses a
 * session: a commit that fails is thrown from here, so that the middleware outside can answer it. `settings`, hooks and the like are
 * given Koa's context, and the answer as Node has it.
 *
 * What takes the answer over with `ctx.respond = false` is committed before its first byte.
 *
 * @throws ArgumentError for an unknown option; InvalidRequestError when called twice for one app.
 * @example
 * const app = new Koa();
 * initApp(app, { commit: 'on-success' });
 * app.use(async (ctx) => {
 *   ctx.body = await User.query.all();
 * });
 */
export function initApp(app: Koa, options: KoaScopeOptions = {}): KoaScopes {
  assertRequestScopeOptions('initApp', options);
  assertFirst(app);
  const scopes = new RequestScopes(KOA, options);
  app.use((ctx, next) => {
    const exchange = { incoming: ctx.req, outgoing: ctx.res, req: ctx, res: ctx.res };
    const before = headOf(ctx.res);
    return scopes.run(exchange, async () => {
      await next();
      if (ctx.respond === false || ctx.headerSent) return;
      try {
        await scopes.commitBefore(ctx.status, exchange);
      } catch (error) {
        ctx.body = null;
        setHead(ctx.res, before);
        ctx.status = 500; // whoever catches it, and says nothing else, does not answer with a success
        throw error;
      }
      const scope = currentScope();
      if (!scope?.used) return;
      const body: unknown = ctx.body;
      const read = readInScope(body, scope, (error) => scopes.noteError(ctx.res, error));
      if (read !== body) ctx.body = read;
    });
  });
  return scopes;
}

/**
 * Middleware for routes that differ from what `initApp` was told with `commit`.
 *
 * @throws ArgumentError for anything but a mode; NoActiveScopeError where `initApp` was not called before.
 * @example
 * router.post('/imports', commitMode('manual'), async (ctx) => { … });
 */
export function commitMode(mode: CommitMode): Koa.Middleware {
  assertCommitMode(mode);
  return (_ctx, next) => {
    setCommitMode(mode);
    return next();
  };
}

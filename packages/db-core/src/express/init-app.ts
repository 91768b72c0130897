/**
 * Gives an Express app its request scopes; the counterpart of `@app.teardown_appcontext` in each seed.
 */
import type { Application, ErrorRequestHandler } from 'express';
import { InvalidRequestError } from '../errors/errors';
import { clientGone } from '../http/client-gone';
import { assertRequestScopeOptions } from '../http/request-scope-options';
import { ErrorNotes } from './error-notes';
import type { RequestScopeOptions } from './request-scopes';
import { RequestScopes } from './request-scopes';

const SETTING = 'quartet request scopes';

/**
 * Registers the request scope on `app`. Call it before the routes.
 *
 * @throws ArgumentError for an unknown option.
 * @throws InvalidRequestError when called twice for one app, behind a route or a router, or with an app of Express 4.
 * @example
 * const app = express();
 * initApp(app);
 * app.get('/users', async (_req, res) => res.json(await User.query.all()));
 */
export function initApp(app: Application, options: RequestScopeOptions = {}): RequestScopes {
  assertRequestScopeOptions('initApp', options);
  if ('lazyrouter' in app) {
    throw new InvalidRequestError(
      'This app is of Express 4, which gives no answer when an async handler rejects: its connection would be held ' +
        'until the client leaves. Install Express 5: npm install express@5.',
    );
  }
  if (requestScopesOf(app)) {
    throw new InvalidRequestError(
      'This Express app has request scopes already: call initApp once for each app, and add hooks with onTeardown().',
    );
  }
  const route = routeBefore(app);
  if (route !== undefined) {
    throw new InvalidRequestError(
      `initApp was called behind ${route}, whose requests would have no session: what they write would commit by itself. ` +
        'Call it before the routes and routers of the app; a request that uses no data costs nothing.',
    );
  }
  const scopes = new RequestScopes(options);
  app.set(SETTING, scopes);
  const errors = new ErrorNotes(app, (res, error) => scopes.noteError(res, error));
  scopes.onHold = () => errors.update();
  app.use((req, res, next) => {
    if (scopes.hasHooks) errors.update();
    return scopes.middleware(req, res, next);
  });
  return scopes;
}

/** The first route or router that was registered, in words. */
function routeBefore({ router }: Application): string | undefined {
  for (const { route, handle } of router.stack) {
    if (route) return `the route ${(route.stack[0]?.method ?? 'all').toUpperCase()} ${route.path}`;
    if ('stack' in handle) return 'a router';
  }
  return undefined;
}

/** The request scopes of an app; undefined before `initApp`. */
export function requestScopesOf(app: Application): RequestScopes | undefined {
  return app.get(SETTING) as RequestScopes | undefined;
}

/**
 * Register it behind the routes and before your own error handlers: where the client has left, they are not called
 * ({@link clientGone}). Teardown hooks get the error either way.
 */
export const noteErrors: ErrorRequestHandler = (error: unknown, req, res, next) => {
  requestScopesOf(req.app)?.noteError(res, error);
  if (!clientGone(req, res)) next(error);
};

/**
 * The debug panel: a page in the user's own app with its last requests, what their sessions did, and what deserves a look.
 *
 * Ports the idea of Django's and Flask's debug toolbars, and of Werkzeug's debugger the caution.
 *
 * @see https://django-debug-toolbar.readthedocs.io/
 */
import type { Engine } from '@quartet/db-core';
import { InvalidRequestError } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import type { DebugPanelOptions, KnownOptions } from './options';
import { addBadge } from './badge';
import { KnownEngines } from './known-engines';
import { Live } from './live';
import { optionsOf } from './options';
import { PanelRoutes } from './panel-routes';
import { isLoopback } from './parts/local-only';
import { RequestLog } from './request-log';

/**
 * Records the requests of an app that `initApp` was called for, wherever among the routes it stands, and answers with them
 * at `/__quartet`. With NODE_ENV `production`, when it is made, it does nothing at all.
 *
 * @param engines whose statements are shown: one, or several
 * @throws ArgumentError for an unknown option or a value that is none; `app.use` throws InvalidRequestError where `initApp`
 *   was not called for the app before.
 * @example
 * const app = express();
 * initApp(app);
 * app.use(debugPanel(engine));
 * // http://localhost:3000/__quartet
 */
export function debugPanel(
  engines: Engine | Iterable<Engine>,
  options: DebugPanelOptions = {},
): RequestHandler {
  const known = optionsOf(options);
  const own = new KnownEngines(Symbol.iterator in engines ? engines : [engines]);
  if (process.env['NODE_ENV'] === 'production') return (_req, _res, next) => next();
  const panel = new Panel(own, known);
  // An app of its own, since that is told to which one it is given.
  const app = express();
  app.disable('x-powered-by');
  app.on('mount', (parent: Application) => panel.attach(parent, app.path()));
  app.use((req, res, next) => panel.handle(req, res, next));
  return app;
}

class Panel {
  readonly #options: KnownOptions;
  readonly #engines: KnownEngines;
  readonly #log: RequestLog;
  readonly #live: Live;
  readonly #routes: PanelRoutes;
  #isAttached = false;

  constructor(engines: KnownEngines, options: KnownOptions) {
    this.#options = options;
    this.#engines = engines;
    this.#log = new RequestLog(options, engines);
    this.#live = new Live(options.liveClients, () => this.#log.isBusy);
    this.#log.onChange = () => this.#live.changed();
    this.#routes = new PanelRoutes(this.#live);
  }

  /** @throws InvalidRequestError */
  attach(app: Application, mountedAt: string): void {
    const scopes = requestScopesOf(app);
    if (!scopes) throw notInitialised();
    const base = mountedAt.replace(/\/+$/, '') + this.#options.path;
    this.#isAttached = true;
    scopes.onTurnAway(() => this.#live.end());
    scopes.record((req, res) => {
      const path = req.originalUrl.replace(/\?.*/s, '');
      return path === base || path.startsWith(`${base}/`)
        ? undefined
        : this.#record(req, res, base).recorder;
    });
  }

  handle(req: Request, res: Response, next: NextFunction): void {
    if (!this.#isAttached) return next(notInitialised());
    const { path } = this.#options;
    if (req.path !== path && !req.path.startsWith(`${path}/`)) return next();
    const base = req.baseUrl + path;
    const shown = { log: this.#log, engines: this.#engines, options: this.#options, base };
    void this.#routes.answer(req, res, next, req.path.slice(path.length), shown);
  }

  #record(req: Request, res: Response, base: string) {
    const record = this.#log.begin(req, res);
    const { badge } = this.#options;
    const wanted = typeof badge === 'function' ? badge(req) : badge;
    if (wanted && isLoopback(req)) addBadge(res, record, base);
    return record;
  }
}

function notInitialised(): InvalidRequestError {
  return new InvalidRequestError(
    'The debug panel has no requests to look at: call initApp(app) first, and then app.use(debugPanel(engine)) of the same app.',
  );
}

import type { Application, Request, Response } from 'express';
import type * as http from '../http';
import { gracefulShutdown as shutDownServer } from '../http/shutdown';
import { requestScopesOf } from './init-app';

/** Options of `gracefulShutdown`. */
export interface ShutdownOptions extends Omit<http.ShutdownOptions<Request, Response>, 'scopes'> {
  readonly app: Application;
}

/**
 * Watches the server from now on, and gives the function that shuts it down; it resolves when all is over,
 * also when called again. With nothing in flight that is at once.
 *
 * @example
 * const shutdown = gracefulShutdown({ app, server, engines: [engine] });
 * process.once('SIGTERM', () => void shutdown().then(() => process.exit(0)));
 */
export function gracefulShutdown({
  app,
  refuse,
  ...options
}: ShutdownOptions): () => Promise<void> {
  return shutDownServer({
    ...options,
    get scopes() {
      return requestScopesOf(app); // an app may get them later
    },
    // Express has given both their prototypes when a request comes here.
    ...(refuse && { refuse: (req, res) => refuse(req as Request, res as Response) }),
  });
}

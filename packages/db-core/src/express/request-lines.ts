/** What is said of a request, where the app has no hook of its own for it. */
import type { Request, Response } from 'express';
import type { Logger } from '../errors/logger';

/** `GET /users/:id`, as far as Express knows it. */
export function routeOf(req: Request): string {
  const route = req.route as { path: string } | undefined;
  return `${req.method} ${route?.path ?? req.path}`;
}

export function warnOfCommitOfNothing(logger: Logger, req: Request, res: Response): void {
  if (process.env['NODE_ENV'] === 'production') return;
  logger.warn(
    answered(req, res),
    `${routeOf(req)} answered ${res.statusCode} after a commit, but nothing was done in its session. A queue or a loader that several requests share ` +
      "runs a function in the request that it is called from, and its work is then kept or undone with that request's: " +
      'give it AsyncResource.bind(fn) (node:async_hooks), which stays in the request that has made it.',
  );
}

export function warnOfForgottenCommit(logger: Logger, req: Request, res: Response): void {
  logger.warn(
    answered(req, res),
    `${routeOf(req)} answered ${res.statusCode}, but what it wrote was not committed and is rolled back: ` +
      'await Session.commit() before answering.',
  );
}

export function logTeardownError(logger: Logger, error: unknown, req: Request): void {
  logger.error({ err: error, route: routeOf(req) }, `Teardown of ${routeOf(req)} failed:`);
}

function answered(req: Request, res: Response): { route: string; status: number } {
  return { route: routeOf(req), status: res.statusCode };
}

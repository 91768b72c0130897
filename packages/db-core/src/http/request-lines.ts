/** What is said of a request, where the app has no hook of its own for it. */
import type { ServerResponse } from 'node:http';
import type { Logger } from '../errors/logger';
import { isDevelopment } from '../errors/development';

export function warnOfCommitOfNothing(logger: Logger, route: string, res: ServerResponse): void {
  if (!isDevelopment()) return;
  logger.warn(
    { route, status: res.statusCode },
    `${route} answered ${res.statusCode} after a commit, but nothing was done in its session. A queue or a loader that several requests share ` +
      "runs a function in the request that it is called from, and its work is then kept or undone with that request's: " +
      'give it AsyncResource.bind(fn) (node:async_hooks), which stays in the request that has made it.',
  );
}

export function warnOfForgottenCommit(logger: Logger, route: string, res: ServerResponse): void {
  logger.warn(
    { route, status: res.statusCode },
    `${route} answered ${res.statusCode}, but what it wrote was not committed and is rolled back: ` +
      'await Session.commit() before answering.',
  );
}

export function logTeardownError(logger: Logger, error: unknown, route: string): void {
  logger.error({ err: error, route }, `Teardown of ${route} failed:`);
}

/** SIGTERM and SIGINT: not ready, no new work, let requests finish up to a deadline, answer the rest 503, exit 0. */
import type { Application, Request, Response } from 'express';
import type { ShutdownOptions } from '@quartet/db-core/express';
import { gracefulShutdown } from '@quartet/db-core/express';
import { HttpProblem, sendProblem } from './problem';
import { isOneOfMany } from './processes';
import { onSignals } from './signals';

/** Options of `stopOnSignals`. */
export interface StopOptions extends ShutdownOptions {
  /** Called at the signal, before requests are waited for; the process ends when it has resolved too. */
  readonly onStop?: (() => Promise<void> | undefined) | undefined;
}

/** `app.locals` key that says that the process is about to end. */
const SHUTTING_DOWN = 'shuttingDown';

/**
 * Ends the process in order at SIGTERM or SIGINT: `readiness` says 503 from then on, requests in flight
 * finish, others are answered 503, engines are disposed, and the exit code is 0. A second signal, unless it
 * comes within half a second of the first, ends the process at once, with 1. One of the processes that `serve` has
 * started leaves that to the process above it, which gets the same signals and may have waited for them longer.
 *
 * @example
 * const server = app.listen(3000);
 * stopOnSignals({ app, server, engines: [engine] });
 */
export function stopOnSignals({ onStop, ...options }: StopOptions): void {
  const shutdown = gracefulShutdown({ refuse, ...options });
  onSignals(
    () => {
      options.app.locals[SHUTTING_DOWN] = true;
      void Promise.allSettled([onStop?.(), shutdown()]).then(() => process.exit(0));
    },
    () => {
      if (!isOneOfMany()) process.exit(1);
    },
  );
}

export function isShuttingDown(app: Application): boolean {
  return app.locals[SHUTTING_DOWN] === true;
}

/** Also for a request that was under way at the deadline, so it says nothing of what that has done. */
function refuse(req: Request, res: Response): void {
  const problem = new HttpProblem(503, 'The server is shutting down and did not finish this.', {
    type: 'unavailable',
    headers: { 'Retry-After': '5', Connection: 'close' },
  });
  sendProblem(req, res, problem);
}

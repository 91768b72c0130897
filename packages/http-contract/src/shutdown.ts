/** SIGTERM and SIGINT: not ready, no new work, let requests finish up to a deadline, answer the rest 503, exit 0. */
import type { Server } from 'node:http';
import type { Engine } from '@quartet/db-core';
import { gracefulShutdown } from '@quartet/db-core/express';
import type { Express, Request, Response } from 'express';
import { HttpProblem, sendProblem } from './problem';
import { SHUTTING_DOWN } from './resources/health';
import { securityHeaders } from './security-headers';

export interface Shutdown {
  readonly app: Express;
  readonly server: Server;
  readonly engine: Engine;
  readonly readinessDelayMs: number;
  readonly drainTimeoutMs: number;
  /** What else must end before the process does. */
  readonly onStop?: (() => Promise<void> | undefined) | undefined;
}

/** Ctrl-C reaches a process from the terminal and once more from the npm or turbo above it. */
const SAME_SIGNAL_MS = 500;

/** From the first signal on the process is ending; another one, not the first's echo, ends it at once. */
export function stopOnSignals({ app, server, engine, onStop, ...times }: Shutdown): void {
  const shutdown = gracefulShutdown({ app, server, engines: [engine], ...times, refuse });
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = Date.now();
      app.locals[SHUTTING_DOWN] = true;
      void Promise.allSettled([onStop?.(), shutdown()]).then(() => process.exit(0));
    } else if (Date.now() - since > SAME_SIGNAL_MS) process.exit(1);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

function refuse(req: Request, res: Response): void {
  const problem = new HttpProblem(
    503,
    'The server is shutting down and could not finish this; try again.',
    {
      type: 'unavailable',
      headers: { 'Retry-After': '5', Connection: 'close' },
    },
  );
  securityHeaders(req, res, () => sendProblem(req, res, problem));
}

/** SIGTERM and SIGINT: take no more, let requests finish up to a deadline, close the database, exit 0. */
import type { Server, ServerResponse } from 'node:http';
import type { Engine } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Express } from 'express';
import { SHUTTING_DOWN } from './resources/health';

export interface Shutdown {
  readonly app: Express;
  readonly server: Server;
  readonly engine: Engine;
  readonly drainTimeoutMs: number;
}

/** Ctrl-C reaches a process from the terminal and once more from the npm or turbo above it. */
const SAME_SIGNAL_MS = 500;

/** From the first signal on the process is ending; another one, not the first's echo, ends it at once. */
export function stopOnSignals(parts: Shutdown): void {
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = Date.now();
      void stop(parts);
    } else if (Date.now() - since > SAME_SIGNAL_MS) process.exit(1);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

async function stop({ app, server, engine, drainTimeoutMs }: Shutdown): Promise<void> {
  app.locals[SHUTTING_DOWN] = true;
  // Connections that were kept alive get their last answer, or none, and are closed.
  server.prependListener('request', (_req, res: ServerResponse) =>
    res.setHeader('Connection', 'close'),
  );
  const deadline = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(deadline);
  clearInterval(sweep);
  await requestScopesOf(app)?.idle(); // the answers are out, their connections on the way back
  await engine.dispose().catch((error: unknown) => console.error(String(error)));
  process.exit(0);
}

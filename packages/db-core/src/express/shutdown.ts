/**
 * An orderly end: take no more requests, let those in flight finish up to a deadline, answer what is left
 * with 503, wait for the teardowns, dispose the engines.
 *
 * @see https://nodejs.org/api/http.html#serverclosecallback
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Application, Request, Response } from 'express';
import type { Engine } from '../engine';
import { requestScopesOf } from './init-app';
import { ShutdownError } from './request-scope';

export interface ShutdownOptions {
  readonly app: Application;
  readonly server: Server;
  /** Disposed at the end. */
  readonly engines: readonly Engine[];
  /** How long requests in flight may take. Default 10,000. */
  readonly drainTimeoutMs?: number;
  /**
   * Answers a request that is still without an answer at the deadline. Default: an empty 503 with
   * `Retry-After`. One whose answer has begun is cut off, which is how its client knows.
   */
  readonly refuse?: (req: Request, res: Response) => void;
}

/** Teardowns and last answers may take so much longer than the requests themselves. */
const GRACE_MS = 2_000;
const SWEEP_MS = 50;

/**
 * Watches the server from now on, and gives the function that shuts it down; it resolves when all is over,
 * also when called again.
 *
 * @example
 * const shutdown = gracefulShutdown({ app, server, engines: [engine] });
 * process.once('SIGTERM', () => void shutdown().then(() => process.exit(0)));
 */
export function gracefulShutdown(options: ShutdownOptions): () => Promise<void> {
  const inFlight = new Map<ServerResponse, IncomingMessage>();
  let ending: Promise<void> | undefined;
  options.server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    // A connection that was kept alive gets its last answer.
    if (ending) res.setHeader('Connection', 'close');
    inFlight.set(res, req);
    res.once('close', () => inFlight.delete(res));
  });
  return () => (ending ??= shutDown(options, inFlight));
}

async function shutDown(
  { app, server, engines, drainTimeoutMs = 10_000, refuse = refuseBriefly }: ShutdownOptions,
  inFlight: ReadonlyMap<ServerResponse, IncomingMessage>,
): Promise<void> {
  const scopes = requestScopesOf(app);
  for (const res of inFlight.keys()) if (!res.headersSent) res.setHeader('Connection', 'close');
  const atDeadline = setTimeout(() => {
    for (const [res, req] of inFlight) {
      if (res.writableEnded) continue; // answered, and waiting for its client or for its turn
      scopes?.noteError(res, new ShutdownError());
      if (res.headersSent) res.destroy();
      else refuse(req as Request, res as Response);
    }
  }, drainTimeoutMs);
  const atLast = setTimeout(() => server.closeAllConnections(), drainTimeoutMs + GRACE_MS);
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  await new Promise((resolve) => server.close(resolve));
  for (const timer of [atDeadline, atLast, sweep]) clearTimeout(timer);
  // The answers are out, their connections on the way back; a database that hangs must not hold us.
  await Promise.race([scopes?.idle(), sleep(GRACE_MS, undefined, { ref: false })]);
  await Promise.allSettled(engines.map((engine) => engine.dispose()));
}

function refuseBriefly(_req: Request, res: Response): void {
  res.writeHead(503, { 'Retry-After': '5', 'Content-Length': '0', Connection: 'close' }).end();
}

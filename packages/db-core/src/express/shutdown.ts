/**
 * An orderly end: report not ready, refuse new work, let requests in flight finish up to
 * a deadline, answer what is left with 503, wait for the teardowns, dispose the engines.
 *
 * The server listens until the last request is answered: a load balancer that asks for readiness gets an answer, and a
 * request that comes too late gets a 503 instead of a closed socket.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 * @see https://nodejs.org/api/http.html#serverclosecallback
 */
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Application, Request, Response } from 'express';
import type { Engine } from '../engine/engine';
import { requestScopesOf } from './init-app';
import { ShutdownError } from './request-scope';
import { Traffic } from './traffic';

export interface ShutdownOptions {
  readonly app: Application;
  readonly server: Server;
  /** Disposed at the end. */
  readonly engines: readonly Engine[];
  /**
   * How long requests are still served as before, while `/readyz` says no: as long as a load balancer takes to
   * notice. Default 0. It is waited for also when there is nothing to do.
   */
  readonly readinessDelayMs?: number;
  /** How long requests in flight may take after that. Default 10,000. */
  readonly drainTimeoutMs?: number;
  /** Paths that are answered as before for as long as the server listens. Default: /healthz, /livez, /readyz, /metrics. */
  readonly probes?: readonly string[];
  /**
   * Answers a request that comes while others finish, of which nothing was done, and one that is still without
   * an answer at the deadline. Default: an empty 503 with `Retry-After`. One whose answer has begun is cut off
   * at the deadline, which is how its client knows.
   */
  readonly refuse?: (req: Request, res: Response) => void;
}

/** Teardowns and last answers may take so much longer than the requests themselves. */
const GRACE_MS = 2_000;
const SWEEP_MS = 50;
const PROBES: readonly string[] = ['/healthz', '/livez', '/readyz', '/metrics'];

/**
 * Watches the server from now on, and gives the function that shuts it down; it resolves when all is over,
 * also when called again. With nothing in flight that is at once.
 *
 * @example
 * const shutdown = gracefulShutdown({ app, server, engines: [engine] });
 * process.once('SIGTERM', () => void shutdown().then(() => process.exit(0)));
 */
export function gracefulShutdown(options: ShutdownOptions): () => Promise<void> {
  const traffic = new Traffic(options.server);
  let ending: Promise<void> | undefined;
  return () => (ending ??= shutDown(options, traffic));
}

async function shutDown(options: ShutdownOptions, traffic: Traffic): Promise<void> {
  const { app, server, engines, drainTimeoutMs = 10_000, refuse = refuseBriefly } = options;
  const { readinessDelayMs = 0, probes = PROBES } = options;
  const scopes = requestScopesOf(app);
  traffic.hangUpAfterAnswers();
  if (readinessDelayMs > 0) await sleep(readinessDelayMs);
  scopes?.turnAway((req, res) => {
    if (probes.includes(req.path)) return false;
    refuse(req, res);
    return true;
  });
  let atDeadline: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((passed) => {
    atDeadline = setTimeout(() => {
      for (const [res, req] of traffic.inFlight) {
        if (res.writableEnded) continue; // answered, and waiting for its client or for its turn
        scopes?.noteError(res, new ShutdownError());
        if (res.headersSent) res.destroy();
        else refuse(req as Request, res as Response);
      }
      passed();
    }, drainTimeoutMs);
  });
  const atLast = setTimeout(() => server.closeAllConnections(), drainTimeoutMs + GRACE_MS);
  await Promise.race([traffic.over(), deadline]);
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

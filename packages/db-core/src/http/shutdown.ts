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
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine';
import { ShutdownError } from './request-errors';
import type { RequestScopes } from './request-scopes';
import { pathOf } from './request-scopes';
import { Traffic } from './traffic';

/** What a shutdown needs to know of the app's scopes, whatever its framework is. */
type Scopes = Pick<RequestScopes, 'turnAway' | 'noteError' | 'idle'>;

/** `Req` and `Res` are what `refuse` is given. */
export interface ShutdownOptions<Req = IncomingMessage, Res = ServerResponse> {
  /** What `initApp` has given. Undefined for an app without: its requests are waited for, and none is refused. */
  readonly scopes: Scopes | undefined;
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
  readonly refuse?: (req: Req, res: Res) => void;
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
 * const shutdown = gracefulShutdown({ scopes, server, engines: [engine] });
 * process.once('SIGTERM', () => void shutdown().then(() => process.exit(0)));
 */
export function gracefulShutdown(options: ShutdownOptions): () => Promise<void> {
  const traffic = new Traffic(options.server);
  let ending: Promise<void> | undefined;
  return () => (ending ??= shutDown(options, traffic));
}

async function shutDown(options: ShutdownOptions, traffic: Traffic): Promise<void> {
  const { scopes, server, engines, drainTimeoutMs = 10_000, refuse = refuseBriefly } = options;
  const { readinessDelayMs = 0, probes = PROBES } = options;
  traffic.hangUpAfterAnswers();
  if (readinessDelayMs > 0) await sleep(readinessDelayMs);
  scopes?.turnAway((req, res) => {
    if (probes.includes(pathOf(req))) return false;
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
        else refuse(req, res);
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

function refuseBriefly(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(503, { 'Retry-After': '5', 'Content-Length': '0', Connection: 'close' }).end();
}

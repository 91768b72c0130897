/**
 * Starts an app as a process: settings from the environment, one line when it listens, one line and exit 1
 * when it cannot, and an orderly end on SIGTERM and SIGINT.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine, EngineOptions } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { Express } from 'express';
import type { StopOptions } from './shutdown';
import { isOneOfMany, reportListening, startProcesses } from './processes';
import { stopOnSignals } from './shutdown';

/** Options of `serve`. */
export interface ServeOptions
  extends Pick<StopOptions, 'readinessDelayMs' | 'drainTimeoutMs' | 'probes' | 'onStop'> {
  /** Begins the lines that the process prints. */
  readonly name: string;
  /** Where to listen when PORT does not say. */
  readonly port: number;
  /** The database when DATABASE_URL does not say. Default: none, so that DATABASE_URL must be set. */
  readonly databaseUrl?: string;
  /** How many processes share the port. Default: what WEB_CONCURRENCY says, or 1. */
  readonly processes?: number;
  /** For `createEngine`: the size of the pool and the like, of each process. */
  readonly engine?: EngineOptions;
}

/** A request must have arrived by then, body and all. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves for so long is cut: a handler that never answers, a reader that stopped. */
const SILENCE_TIMEOUT_MS = 120_000;

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly processes: number;
  readonly times: Pick<StopOptions, 'readinessDelayMs' | 'drainTimeoutMs'>;
}

/**
 * Serves the app until a signal ends it. Reads
 * - `PORT` (default `options.port`; 0 takes a free one) and `HOST` (default 127.0.0.1),
 * - `DATABASE_URL` (default `options.databaseUrl`),
 * - `WEB_CONCURRENCY`: how many processes share the port (default 1). This one starts them, one before the others, replaces
 *   one that dies, passes a signal on, and calls `createApp` in none but them,
 * - `READINESS_DELAY_MS`: how long requests are still taken after SIGTERM, while `readiness` says no, for a load
 *   balancer to notice (default `options.readinessDelayMs`, or 0),
 * - `DRAIN_TIMEOUT_MS`: how long requests in flight may take after that (default `options.drainTimeoutMs`, or 10,000).
 *
 * The promise resolves when the app listens. A mistake in the settings, a taken port, a database that does not
 * answer and an error of `createApp` print one line on stderr and end the process with 1.
 *
 * @example
 * void serve(createApp, { name: 'shop', port: 3000 });
 */
export async function serve(
  createApp: (engine: Engine) => Express | Promise<Express>,
  options: ServeOptions,
): Promise<void> {
  const { name, probes, onStop } = options;
  let engine: Engine | undefined;
  try {
    const { url, host, port, processes, times } = readSettings(options, process.env);
    if (processes > 1 && !isOneOfMany()) {
      assertShared(url);
      const endTimeoutMs = (times.readinessDelayMs ?? 0) + (times.drainTimeoutMs ?? 0) + 5_000;
      const shared = port === 0 ? await freePort(host) : port;
      await startProcesses({ name, count: processes, port: shared, endTimeoutMs });
      return;
    }
    engine = openEngine(url, options.engine);
    const app = await createApp(engine);
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
    server.setTimeout(SILENCE_TIMEOUT_MS);
    await listen(server, host, port);
    const more = probes ? { probes } : {};
    stopOnSignals({ app, server, engines: [engine], ...times, ...more, onStop });
    const line = `${name}  ${addressOf(server)}  ${engine.dialect.name}`;
    if (isOneOfMany()) reportListening(line);
    else console.log(line);
  } catch (error) {
    console.error(`${name}: cannot start: ${oneLine(error)}`);
    await engine?.dispose().catch(() => undefined);
    process.exit(1);
  }
}

/** @throws Error that names the variable at fault */
function readSettings(options: ServeOptions, env: NodeJS.ProcessEnv): Settings {
  const { port, databaseUrl, readinessDelayMs = 0, drainTimeoutMs = 10_000 } = options;
  const { PORT, HOST, DATABASE_URL = databaseUrl } = env;
  if ((PORT !== undefined && !/^\d{1,5}$/.test(PORT)) || Number(PORT ?? 0) > 65_535) {
    throw new Error(
      `PORT is '${PORT}', but must be a number from 0 to 65535, such as PORT=${port}.`,
    );
  }
  if (DATABASE_URL === undefined) {
    throw new Error(
      'DATABASE_URL is not set. It says where the database is, such as DATABASE_URL=postgresql://user:password@localhost/name.',
    );
  }
  return {
    host: HOST || '127.0.0.1',
    port: PORT === undefined ? port : Number(PORT),
    url: DATABASE_URL,
    processes: options.processes ?? processesOf(env),
    times: {
      readinessDelayMs: milliseconds('READINESS_DELAY_MS', env) ?? readinessDelayMs,
      drainTimeoutMs: milliseconds('DRAIN_TIMEOUT_MS', env) ?? drainTimeoutMs,
    },
  };
}

function processesOf({ WEB_CONCURRENCY: text }: NodeJS.ProcessEnv): number {
  if (text === undefined || text === '') return 1;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new Error(
    `WEB_CONCURRENCY is '${text}', but must be a whole number from 1 to 999, such as WEB_CONCURRENCY=4.`,
  );
}

/** @throws Error for a database that each process would have one of its own of. */
function assertShared(url: string): void {
  if (openEngine(url).url.database !== ':memory:') return;
  throw new Error(
    'DATABASE_URL is a database in memory, which processes cannot share. Name a file or a server, or set WEB_CONCURRENCY=1.',
  );
}

function milliseconds(name: string, env: NodeJS.ProcessEnv): number | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new Error(
    `${name} is '${text}', but must be a number of milliseconds, such as ${name}=10000.`,
  );
}

function openEngine(url: string, options?: EngineOptions): Engine {
  try {
    return createEngine(url, options);
  } catch (error) {
    throw new Error(`DATABASE_URL cannot be used: ${oneLine(error)}`, { cause: error });
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portTaken(port, host) : error);
    });
    server.listen(port, host, resolve);
  });
}

function portTaken(port: number, host: string): Error {
  return new Error(`port ${port} of ${host} is already in use. Set PORT to a free one.`);
}

/** One that nobody has at this moment. */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  await listen(server, host, 0);
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** The first line: what follows is for a debugger, not for a terminal. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split('\n')[0] ?? '';
}

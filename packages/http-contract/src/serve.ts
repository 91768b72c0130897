/**
 * Starts one app as a process: settings from the environment, sample data on the first run, one line when
 * it listens, one line and exit 1 when it cannot, and an orderly end on SIGTERM and SIGINT.
 */
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine } from '@quartet/db-core';
import type { Engine } from '@quartet/db-core';
import type { Express } from 'express';
import type { Queries } from './queries';
import { seedSampleData } from './sample-data';
import { stopOnSignals } from './shutdown';

export interface ServeOptions {
  readonly style: string;
  /** Where to listen when PORT does not say. */
  readonly port: number;
  /** The style's queries: the sample data goes through them. */
  readonly queries: Queries;
  /** How long requests are still taken after SIGTERM, while `/readyz` says no. Default 0. */
  readonly readinessDelayMs?: number;
  /** How long requests in flight may take after that. Default 10,000. */
  readonly drainTimeoutMs?: number;
  /** Called at the signal, before requests are waited for; the process ends when it has resolved too. */
  readonly onStop?: () => Promise<void> | undefined;
}

/** A request must have arrived by then, body and all. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves for so long is cut: a handler that never answers, a reader that stopped. */
const SILENCE_TIMEOUT_MS = 120_000;

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly seed: boolean;
  readonly readinessDelayMs: number;
  readonly drainTimeoutMs: number;
}

/**
 * Serves the app until a signal ends it. Reads
 * - `PORT` (default `options.port`; 0 takes a free one) and `HOST` (default 127.0.0.1),
 * - `DATABASE_URL` (default: a SQLite file `./data/<style>.db`, whose folder is created),
 * - `READINESS_DELAY_MS`: how long requests are still taken after SIGTERM, while `/readyz` says no, for a load
 *   balancer to notice (default `options.readinessDelayMs`),
 * - `DRAIN_TIMEOUT_MS`: how long requests in flight may take after that (default `options.drainTimeoutMs`),
 * - `SEED`: `off` adds no sample data; `on` adds it to a database of your own too, when it has no users.
 *
 * The promise resolves when the app listens. A mistake in the settings, a taken port or a database that
 * does not answer prints one line on stderr and ends the process with 1.
 *
 * @example
 * void serve(createApp, { style: 'classical', port: 4103, queries });
 */
export async function serve(
  createApp: (engine: Engine) => Promise<Express>,
  options: ServeOptions,
): Promise<void> {
  let engine: Engine | undefined;
  try {
    const settings = readSettings(options, process.env);
    engine = openEngine(settings.url);
    const app = await createApp(engine);
    if (settings.seed) await seedSampleData(options.queries);
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
    server.setTimeout(SILENCE_TIMEOUT_MS);
    await listen(server, settings);
    const { readinessDelayMs, drainTimeoutMs } = settings;
    const { onStop } = options;
    stopOnSignals({ app, server, engine, readinessDelayMs, drainTimeoutMs, onStop });
    console.log(`${options.style}  ${addressOf(server)}  ${engine.dialect.name}`);
  } catch (error) {
    console.error(`${options.style}: cannot start: ${oneLine(error)}`);
    await engine?.dispose().catch(() => undefined);
    process.exit(1);
  }
}

/** @throws Error that names the variable at fault */
function readSettings(options: ServeOptions, env: NodeJS.ProcessEnv): Settings {
  const { style, port, readinessDelayMs = 0, drainTimeoutMs = 10_000 } = options;
  const { PORT, HOST, DATABASE_URL, SEED } = env;
  if ((PORT !== undefined && !/^\d{1,5}$/.test(PORT)) || Number(PORT ?? 0) > 65_535) {
    throw new Error(
      `PORT is '${PORT}', but must be a number from 0 to 65535, such as PORT=${port}.`,
    );
  }
  if (SEED !== undefined && SEED !== 'on' && SEED !== 'off') {
    throw new Error(`SEED is '${SEED}', but must be 'on' or 'off'.`);
  }
  const ownDatabase = DATABASE_URL !== undefined;
  if (!ownDatabase) mkdirSync('data', { recursive: true });
  return {
    host: HOST || '127.0.0.1',
    port: PORT === undefined ? port : Number(PORT),
    url: DATABASE_URL ?? `sqlite:///data/${style}.db`,
    readinessDelayMs: milliseconds('READINESS_DELAY_MS', env) ?? readinessDelayMs,
    drainTimeoutMs: milliseconds('DRAIN_TIMEOUT_MS', env) ?? drainTimeoutMs,
    seed: ownDatabase ? SEED === 'on' : SEED !== 'off',
  };
}

function milliseconds(name: string, env: NodeJS.ProcessEnv): number | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new Error(
    `${name} is '${text}', but must be a number of milliseconds, such as ${name}=10000.`,
  );
}

function openEngine(url: string): Engine {
  try {
    return createEngine(url);
  } catch (error) {
    throw new Error(`DATABASE_URL cannot be used: ${oneLine(error)}`, { cause: error });
  }
}

function listen(server: Server, { port, host }: Settings): Promise<void> {
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

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** The first line: what follows is for a debugger, not for a terminal. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split('\n')[0] ?? '';
}

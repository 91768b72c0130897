/**
 * The process of one further engine: the four styles and the API that runs scenarios in them, without the
 * page. It ends with the process that started it, however that one ends.
 */
import './source-maps';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine } from '@quartet/db-core';
import { gracefulShutdown } from '@quartet/db-core/express';
import { ENGINE_OPTIONS } from './engine-options';
import { createStyleApps } from './style-apps';
import type { EngineInfo } from './protocol';

/** Messages to the process that started it. */
export type FromEngine =
  | { readonly type: 'listening'; readonly port: number; readonly engine: EngineInfo }
  | { readonly type: 'failed'; readonly why: string };

const DRAIN_MS = 2_000;
/** The process ends after this long at the latest, even if the database hangs. */
const END_DEADLINE_MS = 5_000;

const askedToEnd = Promise.race([once(process, 'disconnect'), once(process, 'SIGTERM')]);
// A terminal's Ctrl-C reaches this process too, but the workbench decides when it ends.
process.on('SIGINT', () => undefined);

async function main(): Promise<void> {
  const engine = createEngine(process.env['DATABASE_URL'] ?? '', ENGINE_OPTIONS);
  const { app, runner } = await createStyleApps(engine);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drainTimeoutMs = DRAIN_MS;
  const shutdown = gracefulShutdown({ app, server, engines: [engine], drainTimeoutMs });
  const { port } = server.address() as AddressInfo;
  send({ type: 'listening', port, engine: runner.engineInfo });
  await askedToEnd;
  runner.cancelAll();
  await shutdown();
}

function send(message: FromEngine): void {
  if (process.connected) process.send?.(message);
}

void askedToEnd.then(() => setTimeout(() => process.exit(1), END_DEADLINE_MS).unref());
main()
  .catch(async (error: unknown) => {
    send({ type: 'failed', why: error instanceof Error ? error.message : String(error) });
    await askedToEnd; // the message has arrived then
  })
  .finally(() => process.exit());

/** A database server of our own, on a data folder that is thrown away: nobody else's work is in its figures. */
import { createEngine } from '@quartet/db-core';
import type { EngineName } from '../variants/variant';

const { startServer } = require('@quartet/testing/servers') as {
  startServer(engine: EngineName): Promise<{ readonly url: string; stop(): Promise<void> }>;
};

const READY_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 100;

/** Where the databases of this run are made from now on; undefined for SQLite, which needs no server. */
export async function serverFor(
  engine: EngineName,
): Promise<{ readonly url: string; stop(): Promise<void> } | undefined> {
  if (engine === 'sqlite') return undefined;
  const server = await startServer(engine);
  process.env[`TEST_${engine.toUpperCase()}_URL`] = server.url;
  await ready(server.url);
  return server;
}

/** It listens a moment before it answers. */
async function ready(url: string): Promise<void> {
  const engine = createEngine(url);
  const deadline = Date.now() + READY_WITHIN_MS;
  try {
    for (;;) {
      try {
        return await engine.ready();
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  } finally {
    await engine.dispose();
  }
}

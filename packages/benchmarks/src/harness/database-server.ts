/** A database server of our own with a temporary data folder, so that no other work affects the figures. */
import { createEngine } from '@quartet/db-core';
import type { EngineName } from '../variants/variant';

const { startServer } = require('@quartet/testing/servers') as {
  startServer(engine: EngineName): Promise<{ readonly url: string; stop(): Promise<void> }>;
};

const READY_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 100;

/** The server on which the databases of this run are made; undefined for SQLite, which needs none. */
export async function serverFor(
  engine: EngineName,
): Promise<{ readonly url: string; stop(): Promise<void> } | undefined> {
  if (engine === 'sqlite') return undefined;
  const server = await startServer(engine);
  process.env[`TEST_${engine.toUpperCase()}_URL`] = server.url;
  await ready(server.url);
  return server;
}

/** Waits until it answers, which is a moment after it listens. */
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

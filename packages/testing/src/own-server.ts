/** A database server for one test that stops it, which must not be done to the shared one. */
import type { FreshDatabase } from './fresh-database';
import { freshDatabase } from './fresh-database';

export interface OwnServer {
  readonly database: FreshDatabase;
  /** Stops the server, in the middle of its work. */
  down(): Promise<void>;
  /** Starts it again: the same data on the same port. */
  up(): Promise<void>;
  /** Stops its processes where they are: connections stay open, and nothing is answered. */
  freeze(): Promise<void>;
  /** Lets them go on. */
  thaw(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

type StartServer = (engine: string) => Promise<Omit<OwnServer, 'database'> & { url: string }>;

/**
 * Starts a server with one empty database.
 *
 * @throws Error when the machine has none.
 * @example
 * const server = await ownServer('postgres');
 * await server.down();
 */
export async function ownServer(engine: 'postgres' | 'mariadb'): Promise<OwnServer> {
  const { startServer } = require('../servers/index.cjs') as { startServer: StartServer };
  const server = await startServer(engine);
  return { ...server, database: await freshDatabase(engine, server.url) };
}

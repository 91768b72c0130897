/** A database server for one test that stops it, which must not be done to the shared one. */
import type { FreshDatabase } from './fresh-database';
import { freshDatabase } from './fresh-database';

/** What can be done to a server that belongs to a test. */
export interface ServerControl {
  /** The address of its maintenance database. */
  readonly url: string;
  /** Stops the server, in the middle of its work. */
  down(): Promise<void>;
  /** Ends its processes without a word to anybody. */
  kill(): Promise<void>;
  /** Starts it again: the same data on the same port. */
  up(): Promise<void>;
  /** Stops its processes where they are: connections stay open, and nothing is answered. */
  freeze(): Promise<void>;
  /** Lets them go on. */
  thaw(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

export interface OwnServer extends ServerControl {
  readonly database: FreshDatabase;
}

type StartServer = (kind: string, ...more: string[]) => Promise<ServerControl>;

/** Starts a server of a kind. @param more see servers/index.cjs. @throws Error when the machine has none. */
export function startServer(kind: string, ...more: string[]): Promise<ServerControl> {
  const servers = require('../servers/index.cjs') as { startServer: StartServer };
  return servers.startServer(kind, ...more);
}

/**
 * Starts a server with one empty database.
 *
 * @throws Error when the machine has none.
 * @example
 * const server = await ownServer('postgres');
 * await server.down();
 */
export async function ownServer(engine: 'postgres' | 'mariadb'): Promise<OwnServer> {
  const server = await startServer(engine);
  return { ...server, database: await freshDatabase(engine, server.url) };
}

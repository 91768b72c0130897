/**
 * A new, empty database for one suite: a file of its own on SQLite, `CREATE DATABASE` on a server.
 * Suites therefore never see each other's rows and may run at the same time.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askServer } from './ask-server';
import { serverUrl, throughOf } from './engines';
import { withHosts } from './with-hosts';
import type { EngineName } from './engines';

export interface FreshDatabase {
  /** As `createEngine` takes it: `sqlite:////tmp/…`, `postgresql://…` or `mysql://…`. */
  readonly url: string;
  /** For an app: several servers, or a pooler, where the run is on those; else the same. */
  readonly appUrl: string;
  /** Removes the database. Dispose your engine first; a connection still open is cut off. */
  readonly drop: () => Promise<void>;
}

/**
 * Creates an empty database on the engine and says how to reach it.
 *
 * @param server the address of one, in place of that of the environment
 * @throws Error when the server's address is not in the environment, or it does not answer.
 * @example
 * const database = await freshDatabase(engine);
 * afterAll(() => database.drop());
 */
export async function freshDatabase(
  engine: EngineName | { name: EngineName },
  server?: string,
): Promise<FreshDatabase> {
  const name = typeof engine === 'string' ? engine : engine.name;
  const database = await makers[name](server);
  const through = server === undefined ? throughOf(name) : undefined;
  const [hosts = '', parameters] = through?.split('?') ?? [];
  const appUrl = hosts === '' ? database.url : withHosts(database.url, hosts, parameters);
  return { ...database, appUrl };
}

type Made = Omit<FreshDatabase, 'appUrl'>;

const makers: Record<EngineName, (server?: string) => Promise<Made>> = {
  async sqlite() {
    const folder = await mkdtemp(join(tmpdir(), 'quartet-sqlite-'));
    return {
      url: `sqlite:///${join(folder, 'test.db')}`,
      drop: () => rm(folder, { recursive: true, force: true }),
    };
  },

  async postgres(server = serverUrl('postgres')) {
    const name = newName();
    await askServer('postgres', server, `CREATE DATABASE ${name}`);
    return {
      url: withDatabase(server, name),
      drop: async () =>
        void (await askServer('postgres', server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
    };
  },

  async mariadb(server = serverUrl('mariadb')) {
    const name = newName();
    await askServer('mariadb', server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    return {
      url: withDatabase(server, name),
      drop: async () =>
        void (await askServer('mariadb', server, `DROP DATABASE IF EXISTS ${name}`)),
    };
  },
};

function newName(): string {
  return `quartet_${randomBytes(8).toString('hex')}`;
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

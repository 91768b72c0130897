/**
 * A new, empty database for one suite: a file of its own on SQLite, `CREATE DATABASE` on a server.
 * Suites therefore never see each other's rows and may run at the same time.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { serverUrl, throughOf } from './engines';
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
  return { ...database, appUrl: through === undefined ? database.url : via(through, database.url) };
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
    await onPostgres(server, `CREATE DATABASE ${name}`);
    return {
      url: withDatabase(server, name),
      drop: () => onPostgres(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    };
  },

  async mariadb(server = serverUrl('mariadb')) {
    const name = newName();
    await onMariadb(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    return {
      url: withDatabase(server, name),
      drop: () => onMariadb(server, `DROP DATABASE IF EXISTS ${name}`),
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

/** `url` with other hosts, and parameters behind it. */
function via(through: string, url: string): string {
  const [hosts = '', parameters] = through.split('?');
  return url.replace(new URL(url).host, hosts) + (parameters ? `?${parameters}` : '');
}

async function onPostgres(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function onMariadb(url: string, statement: string): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

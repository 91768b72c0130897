/** A variant is one way to write the benchmark's routes; each is served by a process of its own. */
import type { Express } from 'express';

export type EngineName = 'sqlite' | 'postgres' | 'mariadb';

export interface Running {
  readonly app: Express;
  close(): Promise<void>;
}

export interface Variant {
  readonly id: string;
  /** Its name in the tables of the docs. */
  readonly title: string;
  /** Its kind: ours, the limit, a library alone, a library with a transaction per request. */
  readonly kind: 'style' | 'limit' | 'execute' | 'plain' | 'transactional' | 'control';
  /** The variant it is compared with. */
  readonly baseline?: string;
  /** The engines on which it cannot run. */
  readonly except?: readonly EngineName[];
  /** Opens the database and makes the app. */
  start(url: string): Promise<Running>;
}

/** The parts of a URL such as `sqlite:////tmp/a.db`, for libraries that take no URL. */
export interface Target {
  readonly engine: EngineName;
  readonly url: string;
  /** SQLite: the file. */
  readonly file: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export function targetOf(url: string): Target {
  if (url.startsWith('sqlite:///')) {
    const nowhere = { host: '', port: 0, user: '', password: '', database: '' };
    return { engine: 'sqlite', url, file: url.slice('sqlite:///'.length), ...nowhere };
  }
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    engine: protocol.startsWith('postgres') ? 'postgres' : 'mariadb',
    url,
    file: '',
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}

/** Every variant may use as many connections as the apps do; `BENCH_POOL_SIZE` chooses another number. */
export const POOL_SIZE = Number(process.env['BENCH_POOL_SIZE'] ?? 8);

/** A folder with the package `sqlite3`, version 5 or later, for Sequelize used plainly. */
export const SQLITE3 = process.env['BENCH_SQLITE3'];

/** SQLite's pool keeps its default unless a size is given. */
export function poolOptions(engine: EngineName): { readonly poolSize?: number } {
  if (engine === 'sqlite' && !process.env['BENCH_POOL_SIZE']) return {};
  return { poolSize: POOL_SIZE };
}

/** A variant is one way to write the benchmark's routes; each is served by a process of its own. */
import type { Express } from 'express';

export type EngineName = 'sqlite' | 'postgres' | 'mariadb';

export interface Running {
  readonly app: Express;
  /** Asked of what ends a request's transaction behind its answer: whether nothing of any request is left. */
  isIdle?(): boolean;
  close(): Promise<void>;
}

/**
 * `style` and `execute` are ours, `limit` is the bare driver, `control` the bare driver once more; `thin` is a library alone in
 * a server of its own, `router` the same behind our router, `transactional` a library with a transaction for each request.
 */
export type Kind = 'style' | 'execute' | 'limit' | 'control' | 'thin' | 'router' | 'transactional';

/** The ids of what a variant is compared with. */
export interface Rivals {
  /** The same library, or the bare driver, in a thin server: one row is written without a transaction. */
  readonly plain: string;
  /** The same with a transaction for that row, where it differs. */
  readonly inTransaction?: string;
  /** The same library behind our router. */
  readonly router?: string;
  /** The library with a transaction for each request. */
  readonly transactional?: string;
}

export interface Variant {
  readonly id: string;
  /** Its name in the tables of the docs. */
  readonly title: string;
  readonly kind: Kind;
  /** The variants it is compared with. */
  readonly rivals?: Rivals;
  /** Where it differs from another variant in nothing else: the only routes on which it is measured. */
  readonly routes?: readonly string[];
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

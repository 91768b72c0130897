/** One database with the four apps on it, each in a process of its own, and the disturbances that may hit them. */
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppProcess, Probe } from '@quartet/conformance';
import type { EngineName, FreshDatabase, OwnServer, Proxy } from '@quartet/testing';
import { freshDatabase, ownServer, proxy, until } from '@quartet/testing';
import { HANGS_MS } from './hangs';

export const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'] as const;
/** The waits on a server that does not answer are short: there are several in one run. */
const WAITS = 'connectTimeoutMs=2000&statementTimeoutMs=3000&networkTimeoutMs=1000';
const FAULT_MS = 1_500;
/** Twice as many as a pool has places. */
const AT_ONCE = 24;
const APPS = resolve(__dirname, '../../../apps');

export class Stage {
  readonly engine: EngineName;
  readonly #server: OwnServer | undefined;
  readonly #network: Proxy | undefined;
  readonly #database: FreshDatabase;
  readonly #apps: AppProcess[] = [];
  /** The output of apps that have ended. */
  #output = '';

  private constructor(
    engine: EngineName,
    database: FreshDatabase,
    server?: OwnServer,
    network?: Proxy,
  ) {
    this.engine = engine;
    this.#database = database;
    this.#server = server;
    this.#network = network;
  }

  static async open(engine: EngineName): Promise<Stage> {
    const server = engine === 'sqlite' ? undefined : await ownServer(engine);
    const network = server && (await proxy(server.database.url));
    const database = server?.database ?? (await freshDatabase(engine));
    const stage = new Stage(engine, database, server, network);
    // One after the other: the first makes the tables.
    for (const style of STYLES) stage.#apps.push(await stage.#start(style));
    return stage;
  }

  /** The addresses of the apps. */
  readonly urls = (): readonly string[] => this.#apps.map(({ port }) => `http://127.0.0.1:${port}`);

  /** The database as the apps reach it. */
  get databaseUrl(): string {
    return this.#network ? `${this.#network.url}?${WAITS}` : this.#database.url;
  }

  get output(): string {
    return this.#output + this.#apps.map(({ output }) => output).join('');
  }

  /** Stops the database server and starts it again; SQLite has none. */
  async restartServer(): Promise<void> {
    await this.#server?.down();
    await this.#server?.up();
  }

  /** For a while nothing passes, and the connections of then are never heard of again. */
  async blackHole(): Promise<void> {
    const end = this.#network?.blackHole();
    await delay(FAULT_MS);
    end?.();
  }

  reset(): void {
    this.#network?.reset();
  }

  /** For a while the server does nothing, and then goes on where it was. */
  async freezeServer(): Promise<void> {
    await this.#server?.freeze();
    await delay(FAULT_MS);
    await this.#server?.thaw();
  }

  /**
   * Asks each app for more at once than its pool has places, until it answers them all: the last connections that the
   * faults have left may still be found out. @returns what went wrong
   */
  async placesAreHome(): Promise<string[]> {
    let failures: string[] = [];
    const answered = async (): Promise<boolean> => {
      failures = (await Promise.all(this.urls().map(readAtOnce))).flat();
      return failures.length === 0;
    };
    const what = (): string => `${failures.length} reads at once fail: ${failures[0]}`;
    return await until(answered, { what }).then(
      () => [],
      (error: unknown) => [String(error)],
    );
  }

  /** Ends one app, by SIGTERM or SIGKILL, and starts it again. */
  async restartApp(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const app = this.#apps[index] as AppProcess;
    app.signal(signal);
    const code = await app.ended();
    if (signal === 'SIGTERM' && code !== 0)
      throw new Error(`${STYLES[index]} ended with ${code} after SIGTERM: ${app.output}`);
    this.#output += app.output;
    this.#apps[index] = await this.#start(STYLES[index] as string);
  }

  async probe<T>(look: (probe: Probe) => Promise<T>): Promise<T> {
    const probe = await Probe.open(this.engine, this.#database.url);
    try {
      return await look(probe);
    } finally {
      await probe.close();
    }
  }

  /** Ends the apps by SIGTERM. @returns what went wrong */
  async stopApps(): Promise<string[]> {
    const problems: string[] = [];
    for (const [i, app] of this.#apps.entries()) {
      app.signal('SIGTERM');
      const code = await app.ended();
      if (code !== 0) problems.push(`${STYLES[i]} ended with ${code}: ${app.output}`);
    }
    return problems;
  }

  async close(): Promise<void> {
    for (const app of this.#apps) await app.end();
    this.#network?.close();
    if (this.#server) await this.#server.stop();
    else await this.#database.drop();
  }

  #start(style: string): Promise<AppProcess> {
    return AppProcess.start(join(APPS, style, 'src/server.ts'), this.databaseUrl);
  }
}

/** More reads than a pool has places. @returns how those that failed did */
async function readAtOnce(url: string): Promise<string[]> {
  const read = async (): Promise<string[]> => {
    const answer = await fetch(`${url}/users`, { signal: AbortSignal.timeout(HANGS_MS) });
    const text = await answer.text();
    return answer.ok ? [] : [`${answer.status} ${text}`];
  };
  const reads = Array.from({ length: AT_ONCE }, () =>
    read().catch((error: unknown) => [String(error)]),
  );
  return (await Promise.all(reads)).flat();
}

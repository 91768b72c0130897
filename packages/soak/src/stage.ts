/** One database with the four apps on it, each in a process of its own, and the disturbances that may hit them. */
import { join, resolve } from 'node:path';
import { AppProcess, Probe } from '@quartet/conformance';
import type { EngineName, FreshDatabase, OwnServer } from '@quartet/testing';
import { freshDatabase, ownServer } from '@quartet/testing';

export const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'] as const;
const APPS = resolve(__dirname, '../../../apps');

export class Stage {
  readonly engine: EngineName;
  readonly #server: OwnServer | undefined;
  readonly #database: FreshDatabase;
  readonly #apps: AppProcess[] = [];
  /** The output of apps that have ended. */
  #output = '';

  private constructor(engine: EngineName, server: OwnServer | undefined, database: FreshDatabase) {
    this.engine = engine;
    this.#server = server;
    this.#database = database;
  }

  static async open(engine: EngineName): Promise<Stage> {
    const server = engine === 'sqlite' ? undefined : await ownServer(engine);
    const stage = new Stage(engine, server, server?.database ?? (await freshDatabase(engine)));
    // One after the other: the first makes the tables.
    for (const style of STYLES) stage.#apps.push(await stage.#start(style));
    return stage;
  }

  /** The addresses of the apps. */
  readonly urls = (): readonly string[] => this.#apps.map(({ port }) => `http://127.0.0.1:${port}`);

  get output(): string {
    return this.#output + this.#apps.map(({ output }) => output).join('');
  }

  /** Stops the database server and starts it again; SQLite has none. */
  async restartServer(): Promise<void> {
    await this.#server?.down();
    await this.#server?.up();
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
    if (this.#server) await this.#server.stop();
    else await this.#database.drop();
  }

  #start(style: string): Promise<AppProcess> {
    return AppProcess.start(join(APPS, style, 'src/server.ts'), this.#database.url);
  }
}

/** The four apps on one database, each in a process of its own. */
import { join, resolve } from 'node:path';
import { AppProcess } from '@quartet/conformance';
import { until } from '@quartet/testing';
import { HANGS_MS } from './hangs';

export const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'] as const;
export type Style = (typeof STYLES)[number];
/** Twice as many as a pool has places. */
const AT_ONCE = 24;
const APPS = resolve(__dirname, '../../../apps');

export class Apps {
  readonly #databaseUrl: string;
  readonly #processes: Readonly<Partial<Record<Style, number>>>;
  readonly #apps: AppProcess[] = [];
  /** The output of apps that have ended. */
  #output = '';

  private constructor(databaseUrl: string, processes: Readonly<Partial<Record<Style, number>>>) {
    this.#databaseUrl = databaseUrl;
    this.#processes = processes;
  }

  /** @param processes how many of them share the port of an app. Default: one. */
  static async start(
    databaseUrl: string,
    processes: Readonly<Partial<Record<Style, number>>> = {},
  ): Promise<Apps> {
    const apps = new Apps(databaseUrl, processes);
    // One after the other: the first makes the tables.
    for (const style of STYLES) apps.#apps.push(await apps.#start(style));
    return apps;
  }

  /** The addresses of the apps. */
  readonly urls = (): readonly string[] => this.#apps.map(({ port }) => `http://127.0.0.1:${port}`);

  get output(): string {
    return this.#output + this.#apps.map(({ output }) => output).join('');
  }

  /** The number of an app's first process. */
  pid(style: Style): number {
    return (this.#apps[STYLES.indexOf(style)] as AppProcess).pid;
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
  async restart(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const app = this.#apps[index] as AppProcess;
    app.signal(signal);
    const code = await app.ended();
    if (signal === 'SIGTERM' && code !== 0)
      throw new Error(`${STYLES[index]} ended with ${code} after SIGTERM: ${app.output}`);
    this.#output += app.output;
    this.#apps[index] = await this.#start(STYLES[index] as Style);
  }

  /** Ends them by SIGTERM. @returns what went wrong */
  async stop(): Promise<string[]> {
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
  }

  #start(style: Style): Promise<AppProcess> {
    return AppProcess.start(join(APPS, style, 'src/server.ts'), this.#databaseUrl, {
      WEB_CONCURRENCY: String(this.#processes[style] ?? 1),
    });
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
    read().catch((error: Error) => [`${url}: ${error.message} (${String(error.cause)})`]),
  );
  return (await Promise.all(reads)).flat();
}

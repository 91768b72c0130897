/** The app under test as a process of its own, as `npm run dev` starts it: for signals and for its logs. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Client } from './client';

/** The workspace's root, which has the hook that runs TypeScript from source. */
const ROOT = resolve(__dirname, '../../../..');

export class AppProcess {
  readonly api: Client;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #said: string[];

  private constructor(child: ChildProcess, said: string[], url: string) {
    this.#child = child;
    this.#said = said;
    this.api = new Client(url);
    this.port = Number(new URL(url).port);
  }

  /**
   * @param server the app's `server.ts`
   * @throws Error with what it said when it ends before it listens.
   */
  static async start(
    server: string,
    databaseUrl: string,
    env: Record<string, string> = {},
  ): Promise<AppProcess> {
    const child = spawn(
      process.execPath,
      ['--conditions=quartet-source', '-r', join(ROOT, 'scripts/register.cjs'), server],
      {
        cwd: packageOf(server),
        env: { ...process.env, PORT: '0', DATABASE_URL: databaseUrl, SEED: 'off', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const said: string[] = [];
    const listening = new Promise<string>((found, failed) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          said.push(chunk.toString());
          const url = /http:\/\/\S+/.exec(said.join(''))?.[0];
          if (url) found(url);
        });
      child.once('exit', () => failed(new Error(`The app ended: ${said.join('')}`)));
    });
    return new AppProcess(child, said, await listening);
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#said.join('');
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with its exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** Whatever happened before, it is gone afterwards. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended();
  }
}

function packageOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

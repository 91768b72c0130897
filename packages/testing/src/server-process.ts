/** A server as a process of its own, run from its source: for tests of how it starts and ends. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const REGISTER = join(__dirname, '../../../scripts/register.cjs');

export class ServerProcess {
  readonly #child: ChildProcess;

  /** Runs `file` in `folder` with these settings and no others, on a free port unless `PORT` says which. */
  constructor(file: string, folder: string, env: Record<string, string> = {}) {
    const { PORT: _port, DATABASE_URL: _url, SEED: _seed, HOST: _host, ...inherited } = process.env;
    this.#child = spawn(process.execPath, ['--conditions=quartet-source', '-r', REGISTER, file], {
      cwd: folder,
      env: { ...inherited, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Waits for the one line that a listening server prints. */
  async listening(): Promise<{ line: string; url: string }> {
    for await (const chunk of this.#child.stdout as AsyncIterable<Buffer>) {
      const line = chunk.toString();
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) return { line, url };
    }
    throw new Error('the server ended before it listened');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for its end. */
  async exitCode(): Promise<number | null> {
    if (this.#running) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** Waits for its end; what it has printed is whole only where `listening` was not asked for. */
  async output(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error('no pipes');
    const [out, err, code] = await Promise.all([text(stdout), text(stderr), this.exitCode()]);
    return { code, stdout: out, stderr: err };
  }

  /** What it has printed on stderr, when it has ended. */
  async errors(): Promise<string> {
    const { stderr } = this.#child;
    if (!stderr) throw new Error('no pipe');
    return text(stderr);
  }

  async kill(): Promise<void> {
    if (!this.#running) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  get #running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

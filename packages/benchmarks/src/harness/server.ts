/** Starts a variant in a process of its own, and exchanges messages with it. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import type { Usage } from './server-main';

export class Server {
  readonly id: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(id: string, port: number, child: ChildProcess) {
    this.id = id;
    this.port = port;
    this.#child = child;
  }

  /** @throws Error when it ends before it listens; its output is on stderr. */
  static async start(
    id: string,
    url: string,
    execArgv: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Server> {
    const child = fork(path.join(__dirname, 'server-main.ts'), [id, url], {
      // V8 otherwise discards compiled code that is not used, and a variant idles while the others run.
      execArgv: [...process.execArgv, '--no-flush-bytecode', ...execArgv],
      // `sqlite3` waits for locks in libuv's threads: with four threads the waiting statements block the writing one.
      env: { ...process.env, NODE_ENV: 'production', UV_THREADPOOL_SIZE: '32', ...env },
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${id} ended with ${String(code)} before it listened`);
    });
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    ended.catch(() => undefined);
    return new Server(id, message.port, child);
  }

  async usage(): Promise<Usage> {
    const answer = once(this.#child, 'message');
    this.#child.send('usage');
    return (await answer)[0] as Usage;
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.send('stop');
    await exit;
  }
}

/** Starts a variant in a process of its own, and exchanges messages with it. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import type { Question, Usage } from './serve-process';
import type { Statements } from './counter';

const REGISTER = path.join(__dirname, '../../../../scripts/register.cjs');
const FROM_SOURCE = ['--conditions=quartet-source', '-r', REGISTER];

export class Server {
  readonly id: string;
  readonly port: number;
  readonly #child: ChildProcess;
  /** Rejected when the process ends. */
  readonly #ended: Promise<never>;

  private constructor(id: string, port: number, child: ChildProcess, ended: Promise<never>) {
    this.id = id;
    this.port = port;
    this.#child = child;
    this.#ended = ended;
  }

  /**
   * @param main what the process runs, with the id and the URL.
   * @throws Error when it ends before it listens; its output is on stderr.
   */
  static async start(
    id: string,
    url: string,
    execArgv: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    main = path.join(__dirname, 'server-main.ts'),
  ): Promise<Server> {
    const child = fork(main, [id, url], {
      // V8 otherwise discards compiled code that is not used, and a variant idles while the others run.
      execArgv: [...FROM_SOURCE, '--no-flush-bytecode', ...execArgv],
      // `sqlite3` waits for locks in libuv's threads: with four threads the waiting statements block the writing one.
      env: { ...process.env, NODE_ENV: 'production', UV_THREADPOOL_SIZE: '32', ...env },
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${id} ended with ${String(code)} before it answered`);
    });
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    ended.catch(() => undefined);
    return new Server(id, message.port, child, ended);
  }

  usage(): Promise<Usage> {
    return this.#ask<Usage>('usage');
  }

  /** The same after a garbage collection, where the process was started with `--expose-gc`. */
  collected(): Promise<Usage> {
    return this.#ask<Usage>('collect');
  }

  /** Waits for what follows an answer. @returns how many statements it has run since its start, on SQLite with BENCH_COUNT. */
  counted(): Promise<Statements> {
    return this.#ask<Statements>('counted');
  }

  async #ask<Answer>(question: Question): Promise<Answer> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    return ((await Promise.race([answer, this.#ended])) as [Answer])[0];
  }

  async stop(): Promise<void> {
    if (!this.#child.connected) return;
    const exit = once(this.#child, 'exit');
    this.#child.send('stop');
    await exit;
  }
}

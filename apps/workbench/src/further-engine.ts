/**
 * An engine besides the workbench's own, in a process of its own: each style's session is bound to one
 * engine per process. It is started when it is first needed, and again after it has ended.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from './databases';
import type { FromEngine } from './engine-process';
import type { EngineInfo } from './protocol';

const FILE = path.join(__dirname, `engine-process${path.extname(__filename)}`);
const STOP_DEADLINE_MS = 6_000;
/** How long the exit of a process is waited for after its connections broke. */
const EXIT_MS = 1_000;

export class FurtherEngine {
  readonly database: Database;
  #child: ChildProcess | undefined;
  #port: Promise<number> | undefined;
  #info: EngineInfo | undefined;
  #trouble: string | undefined;
  #stopped = false;

  constructor(database: Database) {
    this.database = database;
  }

  /** Undefined until it has answered for the first time. */
  get info(): EngineInfo | undefined {
    return this.#info;
  }

  /** Why its process does not run; undefined while it does. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The port of its process, which is started unless it runs. @throws Error that says why it does not start */
  async port(): Promise<number> {
    if (this.#stopped) throw new Error('the workbench is ending');
    return await (this.#port ??= this.#start());
  }

  /** Resolves when its process has ended, and after a second at the latest. */
  async ended(): Promise<void> {
    const exit = this.#child && once(this.#child, 'exit');
    await Promise.race([exit, pause(EXIT_MS, undefined, { ref: false })]);
  }

  /** Resolves when its process is gone: runs cancelled, their rows deleted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(deadline);
  }

  #start(): Promise<number> {
    const env = { ...process.env, DATABASE_URL: this.database.url };
    const child = fork(FILE, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    let why: string | undefined;
    return new Promise((resolve, reject) => {
      child.on('message', (message: FromEngine) => {
        if (message.type === 'listening') {
          this.#info = message.engine;
          this.#trouble = undefined;
          resolve(message.port);
        } else if (message.type === 'failed') {
          why = message.why;
          child.disconnect(); // it may end now
        }
      });
      child.once('error', (error) => ended(error.message)); // it could not be started at all
      child.once('exit', (code, signal) =>
        ended(why ?? `its process has ended (${signal ?? `code ${code}`})`),
      );
      const ended = (trouble: string): void => {
        this.#child = this.#port = undefined;
        this.#trouble = trouble;
        if (!this.#stopped) console.error(`workbench: ${this.database.id}: ${trouble}`);
        reject(new Error(trouble));
      };
    });
  }
}

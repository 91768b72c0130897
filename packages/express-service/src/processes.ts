/**
 * Several processes behind one port: the first starts the others, replaces one that dies, and ends when they have.
 *
 * @see https://nodejs.org/api/cluster.html
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { onSignals } from './signals';

/** Set in the environment of the processes that are started here. */
const MARK = 'QUARTET_ONE_OF_MANY';
/** One that has lived for so long had no mistake from the start. */
const SOUND_AFTER_MS = 10_000;
const LONGEST_PAUSE_MS = 30_000;

export interface ProcessesOptions {
  /** Begins the lines that are printed. */
  readonly name: string;
  readonly count: number;
  /** Where they listen: a number of its own for each run, as 0 gives, would be another one when all have died. */
  readonly port: number;
  /** How long the processes may take to end after a signal; then they are killed. */
  readonly endTimeoutMs: number;
}

/** Whether this process is one that {@link startProcesses} has started. */
export function isOneOfMany(): boolean {
  return process.env[MARK] !== undefined;
}

/** In one of several: the first prints the line. */
export function reportListening(line: string): void {
  process.send?.({ listening: line });
}

/**
 * Runs this program `count` times, on one port. The first of them is waited for before the others begin, so that it alone
 * makes tables and adds data. Resolves when it listens; this process ends with the last of them, with 0 where all have
 * ended in order, and with the code of the first where that could not start.
 */
export async function startProcesses(options: ProcessesOptions): Promise<void> {
  await new Processes(options).start();
}

class Processes {
  readonly #options: ProcessesOptions;
  /** When each has begun to listen. */
  readonly #since = new Map<Worker, number>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  /** How many have died one after the other soon after they were started. */
  #deaths = 0;
  /** Whether the first has begun to listen: from then on one that ends is replaced, however often. */
  #hasBegun = false;
  #stopping = false;
  #code = 0;

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { count } = this.#options;
    cluster.on('exit', (worker, code, signal) => this.#ended(worker, code, signal));
    onSignals(
      () => this.#stop(),
      () => this.#kill('SIGKILL'),
    );
    const line = await this.#fork();
    if (line === undefined) return; // it has said why, and this process ends with it
    this.#hasBegun = true;
    for (let i = 1; i < count && !this.#stopping; i++) void this.#fork();
    console.log(`${line}  ${count} processes on one port`);
  }

  /** @returns the line that it would print, once it listens; undefined where it ends before. */
  async #fork(): Promise<string | undefined> {
    const worker = cluster.fork({ [MARK]: '1', PORT: this.#options.port });
    const listening = new Promise<string>((resolve) =>
      worker.on('message', (message: { readonly listening?: string } | null) => {
        if (message?.listening !== undefined) resolve(message.listening);
      }),
    );
    const ended = once(worker, 'exit').then(() => undefined);
    const line = await Promise.race([listening, ended]);
    if (line !== undefined) this.#since.set(worker, performance.now());
    return line;
  }

  #ended(worker: Worker, code: number | null, signal: string | null): void {
    const since = this.#since.get(worker);
    this.#since.delete(worker);
    if (this.#stopping || !this.#hasBegun) {
      const wasAsked = this.#stopping && (signal === 'SIGTERM' || signal === 'SIGINT'); // it had not begun to listen
      this.#code ||= wasAsked ? 0 : (code ?? 1);
      if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(this.#code);
      return;
    }
    const isSound = since !== undefined && performance.now() - since > SOUND_AFTER_MS;
    this.#deaths = isSound ? 0 : this.#deaths + 1;
    const pauseMs =
      this.#deaths < 2 ? 0 : Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** (this.#deaths - 2));
    const when = pauseMs === 0 ? 'now' : `in ${pauseMs / 1000} s`;
    console.error(
      `${this.#options.name}: process ${worker.process.pid} has ended (${signal ?? `exit code ${code}`}); another takes its place ${when}.`,
    );
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      void this.#fork();
    }, pauseMs);
    this.#pauses.add(pause);
  }

  /** Each ends in order, and is killed where that takes too long. */
  #stop(): void {
    this.#stopping = true;
    for (const pause of this.#pauses) clearTimeout(pause);
    if (!this.#kill('SIGTERM')) process.exit(this.#code);
    setTimeout(() => this.#kill('SIGKILL'), this.#options.endTimeoutMs).unref();
  }

  /** @returns whether there was one. */
  #kill(signal: NodeJS.Signals): boolean {
    const workers = Object.values(cluster.workers ?? {});
    for (const worker of workers) worker?.process.kill(signal);
    return workers.length > 0;
  }
}

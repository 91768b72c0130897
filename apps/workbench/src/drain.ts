/**
 * The four styles in a worker thread, each on an engine of its own with a small pool. The scenario without teardown
 * empties these pools and leaves the workbench's own pool alone. On SQLite they have databases of their own as well.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Engine } from '@quartet/db-core';
import { HEADER } from './request-recorder';
import type { RecordedSessionEvent } from './session-event';
import type { StyleId } from './protocol';
import type { Endpoint } from './scenario-context';

export interface DrainSettings {
  readonly url: string;
  readonly poolSize: number;
  /** How long a request waits for a connection before it is answered with 503. */
  readonly acquireTimeoutMs: number;
}

/** Messages from the thread. */
export type FromDrain =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'event'; readonly key: string; readonly recorded: RecordedSessionEvent }
  | { readonly type: 'flushed' };

/** Messages to the thread: `flush` is answered after all events so far, `stop` ends the thread. */
export type ToDrain = 'flush' | 'stop';

export class Drain {
  readonly #worker: Worker;
  readonly #listeners = new Map<string, (recorded: RecordedSessionEvent) => void>();
  readonly #flushes: (() => void)[] = [];
  #port = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when the apps listen. */
  static async start(engine: Engine, settings: Omit<DrainSettings, 'url'>): Promise<Drain> {
    const workerData: DrainSettings = { ...settings, url: urlOf(engine) };
    const file = path.join(__dirname, `drain-worker${path.extname(__filename)}`);
    const drain = new Drain(new Worker(file, { workerData }));
    await drain.#listening();
    return drain;
  }

  /** A style's app with teardown (`kept`), or without (`leaking`). */
  endpoint(style: StyleId, how: 'kept' | 'leaking'): Endpoint {
    return {
      port: this.#port,
      base: `/${how}/${style}`,
      eventsReceived: () =>
        new Promise((resolve) => {
          this.#flushes.push(resolve);
          this.#send('flush');
        }),
      record: (listener) => {
        const key = randomBytes(12).toString('hex');
        this.#listeners.set(key, listener);
        return { headers: { [HEADER]: key }, stop: () => void this.#listeners.delete(key) };
      },
    };
  }

  /** Gives everything back and ends the thread. */
  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#send('stop');
    await ended;
  }

  #send(message: ToDrain): void {
    this.#worker.postMessage(message);
  }

  #listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#worker.on('message', (message: FromDrain) => {
        if (message.type === 'event') this.#listeners.get(message.key)?.(message.recorded);
        if (message.type === 'flushed') this.#flushes.shift()?.();
        if (message.type !== 'listening') return;
        this.#port = message.port;
        resolve();
      });
    });
  }
}

/** The engine's URL with its password, which its text form masks; on SQLite a new database in memory. */
function urlOf({ url }: Engine): string {
  if (url.dialect === 'sqlite') return 'sqlite://';
  const whole = new URL(String(url));
  whole.password = encodeURIComponent(url.password ?? '');
  return whole.href;
}

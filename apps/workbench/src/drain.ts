/**
 * The four styles, each on an engine of its own with a small pool, in a thread of their own: what the
 * scenario without teardown does to those pools harms nobody else. On SQLite they have databases of their
 * own as well.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Engine } from '@quartet/db-core';
import { HEADER } from './exchanges';
import type { Heard } from './life';
import type { StyleId } from './protocol';
import type { Venue } from './stage';

export interface DrainSettings {
  readonly url: string;
  readonly poolSize: number;
  /** How long a request waits for a connection before it is answered with 503. */
  readonly acquireTimeoutMs: number;
}

/** What the thread says. */
export type FromDrain =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'heard'; readonly key: string; readonly heard: Heard }
  | { readonly type: 'told' };

/** What it is asked: to say when it has told all it has heard, or to end. */
export type ToDrain = 'tell' | 'stop';

export class Drain {
  readonly #worker: Worker;
  readonly #listeners = new Map<string, (heard: Heard) => void>();
  readonly #told: (() => void)[] = [];
  #port = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when the styles answer. */
  static async start(engine: Engine, settings: Omit<DrainSettings, 'url'>): Promise<Drain> {
    const workerData: DrainSettings = { ...settings, url: urlOf(engine) };
    const file = path.join(__dirname, `drain-worker${path.extname(__filename)}`);
    const drain = new Drain(new Worker(file, { workerData }));
    await drain.#listening();
    return drain;
  }

  /** A style with its teardown, or without. */
  venue(style: StyleId, how: 'kept' | 'leaking'): Venue {
    return {
      port: this.#port,
      base: `/${how}/${style}`,
      heardAll: () =>
        new Promise((resolve) => {
          this.#told.push(resolve);
          this.#ask('tell');
        }),
      open: (listener) => {
        const key = randomBytes(12).toString('hex');
        this.#listeners.set(key, listener);
        return { header: { [HEADER]: key }, forget: () => void this.#listeners.delete(key) };
      },
    };
  }

  /** Gives everything back and ends the thread. */
  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#ask('stop');
    await ended;
  }

  #ask(what: ToDrain): void {
    this.#worker.postMessage(what);
  }

  #listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#worker.on('message', (message: FromDrain) => {
        if (message.type === 'heard') this.#listeners.get(message.key)?.(message.heard);
        if (message.type === 'told') this.#told.shift()?.();
        if (message.type !== 'listening') return;
        this.#port = message.port;
        resolve();
      });
    });
  }
}

/** The engine's own URL with its password, which it does not show; on SQLite a new database in memory. */
function urlOf({ url }: Engine): string {
  if (url.dialect === 'sqlite') return 'sqlite://';
  const whole = new URL(String(url));
  whole.password = encodeURIComponent(url.password ?? '');
  return whole.href;
}

/**
 * A style on an engine of its own with a small pool, in a thread of its own: what the scenario without
 * teardown does to that pool harms nobody else. On SQLite it has a database of its own as well.
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
  readonly style: StyleId;
  readonly url: string;
  readonly poolSize: number;
  readonly acquireTimeoutMs: number;
}

/** What the thread says. */
export type FromDrain =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'heard'; readonly key: string; readonly heard: Heard }
  | { readonly type: 'told' };

/** What it is asked: to say when it has told all it has heard, or to end. */
export type ToDrain = 'tell' | 'stop';

export interface Drain {
  /** The style with its teardown, and without. */
  readonly kept: Venue;
  readonly leaking: Venue;
  /** Gives everything back and ends the thread. */
  readonly stop: () => Promise<void>;
}

export async function startDrain(
  engine: Engine,
  settings: Omit<DrainSettings, 'url'>,
): Promise<Drain> {
  const workerData: DrainSettings = { ...settings, url: urlOf(engine) };
  const file = path.join(__dirname, `drain-worker${path.extname(__filename)}`);
  const worker = new Worker(file, { workerData });
  const told: (() => void)[] = [];
  const listeners = new Map<string, (heard: Heard) => void>();
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message: FromDrain) => {
      if (message.type === 'listening') resolve(message.port);
      if (message.type === 'heard') listeners.get(message.key)?.(message.heard);
      if (message.type === 'told') told.shift()?.();
    });
  });
  const open: Venue['open'] = (listener) => {
    const key = randomBytes(12).toString('hex');
    listeners.set(key, listener);
    return { header: { [HEADER]: key }, forget: () => void listeners.delete(key) };
  };
  const ask = (what: ToDrain): void => worker.postMessage(what);
  const heardAll = (): Promise<void> =>
    new Promise((resolve) => {
      told.push(resolve);
      ask('tell');
    });
  return {
    kept: { port, base: '/kept', open, heardAll },
    leaking: { port, base: '/leaking', open, heardAll },
    stop: async () => {
      const ended = once(worker, 'exit');
      ask('stop');
      await ended;
    },
  };
}

/** The engine's own URL with its password, which it does not show; on SQLite a new database in memory. */
function urlOf({ url }: Engine): string {
  if (url.dialect === 'sqlite') return 'sqlite://';
  const whole = new URL(String(url));
  whole.password = encodeURIComponent(url.password ?? '');
  return whole.href;
}

/**
 * The requests under way that somebody records. The apps are asked from outside: a header that only the
 * workbench can have made finds the recorder, all other requests go unrecorded.
 */
import { randomBytes } from 'node:crypto';
import { Recorder } from '@quartet/db-core/observe';
import type { Engine } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Express, Request } from 'express';
import type { Heard } from './life';
import { lifeEvent } from './life';

export const HEADER = 'x-workbench-exchange';

/** What records requests that bear a header. */
export interface Listening {
  /** Gives the header to send, and how to have it mean nothing again. */
  open(listener: (heard: Heard) => void): {
    readonly header: Record<string, string>;
    readonly forget: () => void;
  };
}

/** In this process: the apps of the workbench, on its engine. */
export class Exchanges implements Listening {
  readonly #engine: Engine;
  readonly #recorders = new Map<string, Recorder>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Records the app's requests that bear a header of ours. */
  listenTo(app: Express): void {
    requestScopesOf(app)?.record((req: Request) => this.#recorders.get(req.get(HEADER) ?? ''));
  }

  open(listener: (heard: Heard) => void): ReturnType<Listening['open']> {
    const key = randomBytes(12).toString('hex');
    this.#recorders.set(key, recorderFor(this.#engine, listener));
    return { header: { [HEADER]: key }, forget: () => void this.#recorders.delete(key) };
  }
}

/** Tells events as the page takes them, on the clock of the wall. */
export function recorderFor(engine: Engine, listener: (heard: Heard) => void): Recorder {
  const madeAt = performance.timeOrigin + performance.now();
  return new Recorder((event) => listener(lifeEvent(event, madeAt, engine)));
}

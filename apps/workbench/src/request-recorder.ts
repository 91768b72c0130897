/**
 * Records requests to the apps. The workbench sends a header with a random key, by which the app's request finds
 * its recorder; requests without a known key are not recorded.
 */
import { randomBytes } from 'node:crypto';
import { Recorder } from '@quartet/db-core/observe';
import type { Engine } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Express, Request } from 'express';
import type { RecordedSessionEvent } from './session-event';
import { toSessionEvent } from './session-event';

export const HEADER = 'x-workbench-request';

/** Records the requests that have its header. */
export interface RequestRecording {
  /** Calls `listener` with each event of a request that has these headers, until `stop` is called. */
  record(listener: (recorded: RecordedSessionEvent) => void): {
    readonly headers: Record<string, string>;
    readonly stop: () => void;
  };
}

/** Records the apps of this process, on the workbench's own engine. */
export class RequestRecorder implements RequestRecording {
  readonly #engine: Engine;
  readonly #recorders = new Map<string, Recorder>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Makes the app's requests ones that can be recorded. */
  attach(app: Express): void {
    requestScopesOf(app)?.record((req: Request) => this.#recorders.get(req.get(HEADER) ?? ''));
  }

  record(
    listener: (recorded: RecordedSessionEvent) => void,
  ): ReturnType<RequestRecording['record']> {
    const key = randomBytes(12).toString('hex');
    this.#recorders.set(key, recorderFor(this.#engine, listener));
    return { headers: { [HEADER]: key }, stop: () => void this.#recorders.delete(key) };
  }
}

/** A recorder that gives each event in the page's form, with its time in milliseconds since 1970. */
export function recorderFor(
  engine: Engine,
  listener: (recorded: RecordedSessionEvent) => void,
): Recorder {
  const recorder = new Recorder((event) => listener(toSessionEvent(event, madeAt, engine)));
  const madeAt = performance.timeOrigin + recorder.startedAt;
  return recorder;
}

/**
 * The requests under way that somebody records. The apps are asked from outside: a header that only the
 * workbench can have made finds the recorder, all other requests go unrecorded.
 */
import { randomBytes } from 'node:crypto';
import type { Recorder } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Express } from 'express';

const HEADER = 'x-workbench-exchange';

export class Exchanges {
  readonly #recorders = new Map<string, Recorder>();

  /** Records the app's requests that bear a header of ours. */
  listenTo(app: Express): void {
    requestScopesOf(app)?.record((req) => this.#recorders.get(req.get(HEADER) ?? ''));
  }

  /** The header to send, and how to have it mean nothing again. */
  open(recorder: Recorder): { header: Record<string, string>; forget: () => void } {
    const key = randomBytes(12).toString('hex');
    this.#recorders.set(key, recorder);
    return { header: { [HEADER]: key }, forget: () => void this.#recorders.delete(key) };
  }
}

/**
 * `db.beforeModelsCommitted` and `db.modelsCommitted`: what db-core tells of a session's changes, with the app, to
 * whoever has connected.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/track-modifications/
 */
import type { ModelsCommitted as SessionCommitted } from '@quartet/db-core/observe';
import { trackModifications as track } from '@quartet/db-core/observe';
import type { Application } from 'express';
import type { AppState } from './apps';

export interface ModelsCommitted extends SessionCommitted {
  readonly app: Application | undefined;
}

/** Listeners that are called, and awaited, one after the other. */
export class Signal<T> {
  readonly #listeners = new Set<(event: T) => unknown>();

  /** @returns a function that disconnects it. */
  connect(listener: (event: T) => unknown): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async send(event: T): Promise<void> {
    for (const listener of this.#listeners) await listener(event);
  }
}

/** Watches the models of one app, until it is forgotten. */
export function trackModifications(
  { app, engines, onForget }: AppState,
  before: Signal<ModelsCommitted>,
  after: Signal<ModelsCommitted>,
): void {
  const stop = track(engines.values(), {
    beforeCommit: (event) => before.send({ app, ...event }),
    afterCommit: (event) => after.send({ app, ...event }),
  });
  onForget.push(stop);
}

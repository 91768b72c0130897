/**
 * `db.beforeModelsCommitted` and `db.modelsCommitted`, as Flask-SQLAlchemy has them.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/track-modifications/
 */
import type { ModelsCommitted as SessionCommitted } from '@quartet/db-core/observe';
import type { Application } from 'express';

/** The changes of one session, and the app. */
export interface ModelsCommitted extends SessionCommitted {
  /** Undefined after `db.init()`, which serves scripts. */
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

  /** Calls every listener in turn, and waits for each. */
  async send(event: T): Promise<void> {
    for (const listener of this.#listeners) await listener(event);
  }
}

/**
 * Reports what a session commits, before and after the commit: inserts, updates and deletes of objects by any library.
 * A rollback forgets them, a rollback to a savepoint those since the savepoint. Statements that touch many rows at
 * once, or that belong to no object, are not reported.
 *
 * Ports Flask-SQLAlchemy's `before_models_committed` and `models_committed`.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/track-modifications/
 */
import type { Engine } from '../engine/engine';
import type { SavepointEvent } from '../engine/events';
import type { Operation } from './changes';
import { openedSession } from '../session/current';
import { Session } from '../session/session';
import { onChange } from './changes';

/** One object that was written, and what was done to it. */
export interface Change {
  readonly instance: object;
  readonly operation: Operation;
}

/** What a listener of committed changes is given. */
export interface ModelsCommitted {
  readonly session: Session;
  /** In the order of the first change to each object. */
  readonly changes: readonly Change[];
}

/** Called, and awaited, when there are changes. */
export interface ModificationListeners {
  /** What it adds to the session is committed too; when it throws, nothing is. */
  readonly beforeCommit?: (event: ModelsCommitted) => unknown;
  readonly afterCommit?: (event: ModelsCommitted) => unknown;
}

/**
 * Reports the changes that sessions commit on these engines, from now on. Changes outside a session are not reported.
 *
 * @returns a function that ends it.
 * @example
 * const stop = trackModifications(engine, {
 *   afterCommit({ changes }) {
 *     for (const { instance, operation } of changes) searchIndex.update(instance, operation);
 *   },
 * });
 */
export function trackModifications(
  engines: Engine | Iterable<Engine>,
  listeners: ModificationListeners,
): () => void {
  const bySession = new ChangesBySession(listeners);
  const stops = [...new Set(Symbol.iterator in engines ? engines : [engines])].map((engine) => {
    const onSavepoint = (event: SavepointEvent): void => {
      const { session } = event;
      if (session instanceof Session) bySession.of(session).savepoint(engine, event);
    };
    engine.on('savepoint', onSavepoint);
    const stop = onChange(engine, (instance, operation) => {
      const session = openedSession(engine);
      if (session) bySession.of(session).note(engine, instance, operation);
    });
    return () => {
      stop();
      engine.off('savepoint', onSavepoint);
    };
  });
  return () => stops.forEach((stop) => stop());
}

/** What each session has changed in its transaction so far. */
class ChangesBySession {
  readonly #listeners: ModificationListeners;
  readonly #bySession = new WeakMap<Session, SessionChanges>();

  constructor(listeners: ModificationListeners) {
    this.#listeners = listeners;
  }

  of(session: Session): SessionChanges {
    const known = this.#bySession.get(session);
    if (known) return known;
    const own = new SessionChanges();
    this.#bySession.set(session, own);
    const emit = async (listener: ModificationListeners['afterCommit']): Promise<void> => {
      const { changes } = own;
      if (changes.length > 0) await listener?.({ session, changes });
    };
    session.beforeCommit(() => emit(this.#listeners.beforeCommit));
    session.afterCommit(() => {
      this.#bySession.delete(session);
      return emit(this.#listeners.afterCommit);
    });
    session.afterRollback(() => this.#bySession.delete(session));
    return own;
  }
}

interface Changed {
  readonly operation: Operation;
  readonly engine: Engine;
}

/** What one session has changed in its transaction so far. */
class SessionChanges {
  readonly #changes = new Map<object, Changed>();
  /** By engine and savepoint: what had been changed there when it was made. */
  readonly #marks = new Map<Engine, Map<string, [object, Changed][]>>();

  get changes(): readonly Change[] {
    return [...this.#changes].map(([instance, { operation }]) => ({ instance, operation }));
  }

  note(engine: Engine, instance: object, operation: Operation): void {
    const before = this.#changes.get(instance)?.operation;
    if (before === 'insert' && operation === 'update') return; // other transactions have never seen the row
    if (before === 'insert' && operation === 'delete') this.#changes.delete(instance);
    else this.#changes.set(instance, { operation, engine });
  }

  savepoint(engine: Engine, { op, name }: SavepointEvent): void {
    const marks = this.#marks.get(engine) ?? new Map<string, [object, Changed][]>();
    this.#marks.set(engine, marks);
    const own = [...this.#changes].filter(([, changed]) => changed.engine === engine);
    if (op === 'savepoint') marks.set(name, own);
    if (op !== 'rollback-to') return;
    const kept = new Map(marks.get(name));
    for (const [instance] of own) if (!kept.has(instance)) this.#changes.delete(instance);
    for (const [instance, changed] of kept) this.#changes.set(instance, changed);
  }
}

/**
 * Tells what a session commits: inserts, updates and deletes of objects, whichever library made them, before and after
 * the commit. Forgotten at rollback, and what a savepoint undid is not among them. Statements that touch many rows at
 * once, or that no object stands for, are not told of.
 *
 * Ports Flask-SQLAlchemy's `before_models_committed` and `models_committed`.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/track-modifications/
 */
import type { Engine, SavepointEvent } from '../engine/engine';
import type { Session } from '../session/session';
import { currentScope } from '../session/scope';

export type Operation = 'insert' | 'update' | 'delete';

export interface Change {
  readonly instance: object;
  readonly operation: Operation;
}

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

type Note = (instance: object, operation: Operation) => void;

/** Makes a library tell of its changes; gives what ends that. */
type Watch = () => () => void;

/** Where the bindings of an engine report changes, `engine.modifications`. It costs nothing while nobody tracks them. */
export class Modifications {
  readonly #listeners = new Set<Note>();
  readonly #watches = new Map<Watch, (() => void) | undefined>();

  /** A binding tells that its library has written this object's row. */
  note(instance: object, operation: Operation): void {
    for (const listener of this.#listeners) listener(instance, operation);
  }

  /** A binding says how to watch its library, which is done while somebody tracks changes. */
  watch(watch: Watch): void {
    this.#watches.set(watch, this.#listeners.size > 0 ? watch() : undefined);
  }

  /** @internal */
  listen(listener: Note): () => void {
    this.#listeners.add(listener);
    for (const [watch, stop] of this.#watches) if (!stop) this.#watches.set(watch, watch());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      for (const [watch, stop] of this.#watches) {
        stop?.();
        this.#watches.set(watch, undefined);
      }
    };
  }
}

/**
 * Tells of the changes that sessions commit on these engines, from now on. Changes outside a session are not told of.
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
  const transactions = new Transactions(listeners);
  const stops = [...new Set(Symbol.iterator in engines ? engines : [engines])].map((engine) => {
    const onSavepoint = ({ session, op, name }: SavepointEvent): void => {
      if (session) transactions.of(session as Session).savepoint(engine, op, name);
    };
    engine.on('savepoint', onSavepoint);
    const stop = engine.modifications.listen((instance, operation) => {
      const session = currentScope()?.sessionOn(engine);
      if (session) transactions.of(session).note(engine, instance, operation);
    });
    return () => {
      stop();
      engine.off('savepoint', onSavepoint);
    };
  });
  return () => stops.forEach((stop) => stop());
}

/** What the transaction of each session has changed so far. */
class Transactions {
  readonly #listeners: ModificationListeners;
  readonly #bySession = new WeakMap<Session, Transaction>();

  constructor(listeners: ModificationListeners) {
    this.#listeners = listeners;
  }

  of(session: Session): Transaction {
    const known = this.#bySession.get(session);
    if (known) return known;
    const transaction = new Transaction();
    this.#bySession.set(session, transaction);
    const tell = async (listener: ModificationListeners['afterCommit']): Promise<void> => {
      const { changes } = transaction;
      if (changes.length > 0) await listener?.({ session, changes });
    };
    session.beforeCommit(() => tell(this.#listeners.beforeCommit));
    session.afterCommit(() => {
      this.#bySession.delete(session);
      return tell(this.#listeners.afterCommit);
    });
    session.afterRollback(() => this.#bySession.delete(session));
    return transaction;
  }
}

interface Changed {
  readonly operation: Operation;
  readonly engine: Engine;
}

class Transaction {
  readonly #changes = new Map<object, Changed>();
  /** By engine and savepoint: what had been changed there when it was made. */
  readonly #marks = new Map<Engine, Map<string, [object, Changed][]>>();

  get changes(): readonly Change[] {
    return [...this.#changes].map(([instance, { operation }]) => ({ instance, operation }));
  }

  note(engine: Engine, instance: object, operation: Operation): void {
    const before = this.#changes.get(instance)?.operation;
    if (before === 'insert' && operation === 'update') return; // still a row the others have never seen
    if (before === 'insert' && operation === 'delete') this.#changes.delete(instance);
    else this.#changes.set(instance, { operation, engine });
  }

  savepoint(engine: Engine, op: SavepointEvent['op'], name: string): void {
    const marks = this.#marks.get(engine) ?? new Map<string, [object, Changed][]>();
    this.#marks.set(engine, marks);
    const own = [...this.#changes].filter(([, changed]) => changed.engine === engine);
    if (op === 'SAVEPOINT') marks.set(name, own);
    if (op !== 'ROLLBACK TO SAVEPOINT') return;
    const kept = new Map(marks.get(name));
    for (const [instance] of own) if (!kept.has(instance)) this.#changes.delete(instance);
    for (const [instance, changed] of kept) this.#changes.set(instance, changed);
  }
}

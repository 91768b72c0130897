/**
 * Tells what a session commits: inserts, updates and deletes of model objects, whoever made them, before and
 * after the commit. Forgotten at rollback, and what a savepoint undid is not among them. Statements that
 * touch many rows at once (`User.update(…, { where })`) have no objects and are not told of.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/track-modifications/
 */
import type { SavepointEvent, Session } from '@quartet/db-core';
import { currentScope } from '@quartet/db-core';
import type { Application } from 'express';
import type { Model, Sequelize } from 'sequelize';
import type { AppState } from './apps';

export type Operation = 'insert' | 'update' | 'delete';

export interface Change {
  readonly instance: Model;
  readonly operation: Operation;
}

export interface ModelsCommitted {
  readonly app: Application | undefined;
  readonly session: Session;
  /** In the order of the first change to each object. */
  readonly changes: readonly Change[];
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

/** What one transaction has changed so far. */
class Transaction {
  readonly changes = new Map<Model, Operation>();
  /** By savepoint. */
  readonly #marks = new Map<string, [Model, Operation][]>();

  note(instance: Model, operation: Operation): void {
    const before = this.changes.get(instance);
    if (before === 'insert' && operation === 'update') return; // still a row the others have never seen
    if (before === 'insert' && operation === 'delete') this.changes.delete(instance);
    else this.changes.set(instance, operation);
  }

  savepoint(sql: string): void {
    const [, rollback, name = ''] = /^(ROLLBACK TO )?(?:SAVEPOINT )?(.+)$/.exec(sql) ?? [];
    if (sql.startsWith('SAVEPOINT')) this.#marks.set(name, [...this.changes]);
    if (!rollback) return;
    this.changes.clear();
    for (const [instance, operation] of this.#marks.get(name) ?? [])
      this.changes.set(instance, operation);
  }
}

/** Watches the models of one app, until it is forgotten. */
export function trackModifications(
  state: AppState,
  before: Signal<ModelsCommitted>,
  after: Signal<ModelsCommitted>,
): void {
  const transactions = new WeakMap<object, Transaction>();
  const transactionOf = (session: Session): Transaction => {
    const known = transactions.get(session);
    if (known) return known;
    const transaction = new Transaction();
    transactions.set(session, transaction);
    const event = (): ModelsCommitted => ({
      app: state.app,
      session,
      changes: [...transaction.changes].map(([instance, operation]) => ({ instance, operation })),
    });
    session.beforeCommit(async () => {
      if (transaction.changes.size > 0) await before.send(event());
    });
    session.afterCommit(async () => {
      transactions.delete(session);
      if (transaction.changes.size > 0) await after.send(event());
    });
    session.afterRollback(() => transactions.delete(session));
    return transaction;
  };
  for (const [key, engine] of state.engines) {
    const note = (instance: Model, operation: Operation): void => {
      const session = currentScope()?.sessionOn(engine);
      if (session) transactionOf(session).note(instance, operation);
    };
    watch(state.sequelizes.get(key) as Sequelize, note);
    const onSavepoint = ({ session, sql }: SavepointEvent): void => {
      if (session) transactionOf(session as Session).savepoint(sql);
    };
    engine.on('savepoint', onSavepoint);
    state.onForget.push(() => engine.off('savepoint', onSavepoint));
  }
}

function watch(sequelize: Sequelize, note: (instance: Model, operation: Operation) => void): void {
  sequelize.addHook('afterCreate', (instance) => note(instance as Model, 'insert'));
  sequelize.addHook('afterUpdate', (instance) => note(instance as Model, 'update'));
  sequelize.addHook('afterDestroy', (instance) => note(instance as Model, 'delete'));
  sequelize.addHook('afterBulkCreate', (instances) => {
    for (const instance of instances as Model[]) note(instance, 'insert');
  });
}

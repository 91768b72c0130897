/** Reports the model objects that Sequelize has written, while modifications are tracked. Bulk updates and deletes have no objects. */
import type { Engine } from '@quartet/db-core';
import type { Operation } from '@quartet/db-core/binding';
import { noteChange, watchChanges } from '@quartet/db-core/binding';
import type { Sequelize } from 'sequelize';

/** @see https://sequelize.org/docs/v6/other-topics/hooks/ */
const HOOKS = [
  ['afterCreate', 'insert'],
  ['afterBulkCreate', 'insert'],
  ['afterUpdate', 'update'],
  ['afterDestroy', 'delete'],
] as const;

export function reportModifications(engine: Engine, sequelize: Sequelize): void {
  const note = (operation: Operation) => (written: unknown) => {
    for (const instance of [written].flat()) noteChange(engine, instance as object, operation);
  };
  const bound = new WeakRef(sequelize); // the engine may outlive it by far
  watchChanges(engine, () => {
    const hooks = HOOKS.map(([name, operation]) => [name, note(operation)] as const);
    for (const [name, hook] of hooks) bound.deref()?.addHook(name, hook as never);
    return () => {
      for (const [name, hook] of hooks) bound.deref()?.removeHook(name as never, hook as never);
    };
  });
}

/**
 * Reports the entities that TypeORM has written, while modifications are tracked. Query builders, and `insert()` or
 * `update()` of a repository, write rows that no entity stands for.
 */
import type { Engine } from '@quartet/db-core';
import type { Operation } from '@quartet/db-core/binding';
import { noteChange, watchChanges } from '@quartet/db-core/binding';
import type { DataSource, EntityMetadata, EntitySubscriberInterface } from 'typeorm';

interface Written {
  readonly entity?: unknown;
  readonly metadata: EntityMetadata;
}

/** @see https://typeorm.io/docs/advanced-topics/listeners-and-subscribers */
export function reportModifications(engine: Engine, dataSource: DataSource): void {
  const note =
    (operation: Operation) =>
    ({ entity, metadata: { target } }: Written): void => {
      if (typeof target === 'function' && entity instanceof target)
        noteChange(engine, entity, operation);
    };
  const bound = new WeakRef(dataSource); // the engine may outlive it by far
  watchChanges(engine, () => {
    const subscriber: EntitySubscriberInterface = {
      afterInsert: note('insert'),
      afterUpdate: note('update'),
      afterRemove: note('delete'),
    };
    bound.deref()?.subscribers.push(subscriber);
    return () => {
      const subscribers = bound.deref()?.subscribers;
      subscribers?.splice(subscribers.indexOf(subscriber), 1);
    };
  });
}

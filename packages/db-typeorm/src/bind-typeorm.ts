/**
 * Binds TypeORM to an engine: every statement of the DataSource runs in the current session's transaction, and
 * its classes can be used with the session itself (`Session.add(user)`, `Session.query(User)`).
 */
import type { Engine } from '@quartet/db-core';
import { outsideScope } from '@quartet/db-core';
import { engineRegistry, mapClass } from '@quartet/db-core/binding';
import type { DataSource, DataSourceOptions, EntitySchema, MixedList } from 'typeorm';
import { mappedSchemas } from './mapper';
import { dataSourceOn } from './options';
import { reportModifications } from './report-modifications';
import { TypeormMapper } from './typeorm-mapper';
import { keepUpdated, settleUtcColumns } from './utc-date-time';

const { bind, engineOf } = engineRegistry<DataSource>('DataSource', 'await bindTypeorm(engine, …)');
export { engineOf };

/** TypeORM's own options, except those that choose the database. */
export interface BindTypeormOptions
  extends Omit<
    { [K in keyof DataSourceOptions]?: DataSourceOptions[K] },
    'type' | 'database' | 'driver' | 'entities' | 'synchronize' | 'dropSchema' | 'migrationsRun'
  > {
  /** Decorated classes, EntitySchemas, and classes given to `mapper()`. */
  // The type TypeORM itself has for "any class".
  readonly entities?: MixedList<Function | EntitySchema>;
}

/**
 * @returns the initialised DataSource, which the caller `destroy()`s before the engine is disposed.
 * @throws OperationalError when the database cannot be reached.
 * @example
 * const dataSource = await bindTypeorm(engine, { entities: [User, Message, Tag] });
 * await createAll(dataSource);
 */
export async function bindTypeorm(
  engine: Engine,
  options: BindTypeormOptions = {},
): Promise<DataSource> {
  return outsideScope(async () => {
    await engine.ready();
    const entities = settleUtcColumns(mappedSchemas(options.entities ?? []), engine);
    const dataSource = dataSourceOn(engine, { ...options, entities } as Partial<DataSourceOptions>);
    await dataSource.initialize();
    bind(dataSource, engine);
    keepUpdated(dataSource, entities);
    reportModifications(engine, dataSource);
    for (const metadata of dataSource.entityMetadatas) {
      if (typeof metadata.target !== 'function' || metadata.isJunction) continue;
      const mapper = new TypeormMapper(engine, dataSource, metadata);
      mapClass(mapper.target, mapper);
    }
    return dataSource;
  });
}

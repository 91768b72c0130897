/**
 * Tables from entities, as SQLAlchemy's `metadata.create_all()`: what is missing is made, what is there is left
 * alone (TypeORM's own `synchronize()` would alter it). Both run outside every scope, since MariaDB commits at each
 * of these statements.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all
 */
import { outsideScope } from '@quartet/db-core';
import { createUnlessMade, dependenciesFirst } from '@quartet/db-core/binding';
import type { DataSource, EntityMetadata, QueryRunner } from 'typeorm';
import { Table, TableForeignKey } from 'typeorm';
import { engineOf } from './bind-typeorm';

/** Makes the tables that are missing, those that others refer to first. */
export function createAll(dataSource: DataSource): Promise<void> {
  return withRunner(dataSource, async (runner) => {
    for (const metadata of inOrder(dataSource))
      await createUnlessMade(() => runner.createTable(tableOf(metadata, dataSource), true));
  });
}

/** Drops the entities' tables and everything in them. */
export function dropAll(dataSource: DataSource): Promise<void> {
  return withRunner(dataSource, async (runner) => {
    for (const metadata of inOrder(dataSource).reverse())
      await runner.dropTable(metadata.tablePath, true);
  });
}

async function withRunner(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  await outsideScope(async () => {
    const runner = dataSource.createQueryRunner();
    try {
      await work(runner);
    } finally {
      await runner.release();
    }
  });
}

function tableOf(metadata: EntityMetadata, dataSource: DataSource): Table {
  const table = Table.create(metadata, dataSource.driver);
  table.foreignKeys = metadata.foreignKeys.map((key) =>
    TableForeignKey.create(key, dataSource.driver),
  );
  const { bytewise } = engineOf(dataSource).dialect.facts;
  for (const column of bytewise ? table.columns : []) {
    if (!/char|text/.test(column.type) || column.collation) continue;
    Object.assign(column, { charset: bytewise?.charset, collation: bytewise?.collate });
  }
  return table;
}

/** Entities with a table, in order of their foreign keys. */
function inOrder(dataSource: DataSource): EntityMetadata[] {
  const entities = dataSource.entityMetadatas.filter(
    ({ tableType, synchronize }) => tableType !== 'view' && synchronize,
  );
  return dependenciesFirst(entities, ({ foreignKeys }) =>
    foreignKeys.map(({ referencedEntityMetadata }) => referencedEntityMetadata),
  );
}

/**
 * Tables from entities, as SQLAlchemy's `metadata.create_all()`: what is missing is made, what is there is left
 * alone (TypeORM's own `synchronize()` would alter it). Both run outside every scope, since MariaDB commits at each
 * of these statements.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all
 */
import { outsideScope } from '@quartet/db-core';
import { createUnlessMade } from '@quartet/db-core/binding';
import type { DataSource, EntityMetadata, QueryRunner } from 'typeorm';
import { Table, TableForeignKey } from 'typeorm';

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
  const { type } = dataSource.options;
  if (type === 'mariadb' || type === 'mysql') compareBytewise(table);
  return table;
}

/** On MariaDB 'Ana' and 'ana' would be one name otherwise; the other databases tell them apart. */
function compareBytewise(table: Table): void {
  for (const column of table.columns) {
    if (!/char|text/.test(column.type) || column.collation) continue;
    column.charset = 'utf8mb4';
    column.collation = 'utf8mb4_bin';
  }
}

/** Entities with a table, in order of their foreign keys; those of a cycle as they come. */
function inOrder(dataSource: DataSource): EntityMetadata[] {
  const sorted = new Set<EntityMetadata>();
  const visiting = new Set<EntityMetadata>();
  const visit = (metadata: EntityMetadata): void => {
    if (sorted.has(metadata) || visiting.has(metadata)) return;
    visiting.add(metadata);
    for (const key of metadata.foreignKeys) visit(key.referencedEntityMetadata);
    visiting.delete(metadata);
    sorted.add(metadata);
  };
  for (const metadata of dataSource.entityMetadatas)
    if (metadata.tableType !== 'view' && metadata.synchronize) visit(metadata);
  return [...sorted];
}

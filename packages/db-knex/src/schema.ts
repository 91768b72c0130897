/**
 * Tables from definitions, as SQLAlchemy's `metadata.create_all()`: what is missing is made, what is there is left
 * alone. Both run outside every scope, since MariaDB commits at each of these statements.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all
 */
import { outsideScope } from '@quartet/db-core';
import { createUnlessMade } from '@quartet/db-core/binding';
import type { Knex } from 'knex';
import { engineOf } from './bind-knex';

/** Says what columns a table has. */
export type DefineTable = (table: Knex.CreateTableBuilder, knex: Knex) => void;

/** Tables by name, those that others refer to first. */
export type Tables = Readonly<Record<string, DefineTable>>;

/**
 * Makes the tables that are missing, in the order given.
 *
 * @example
 * await createAll(knex, {
 *   users: (table, knex) => {
 *     primaryId(knex, table);
 *     table.string('name', 50).notNullable().unique();
 *   },
 * });
 */
export function createAll(knex: Knex, tables: Tables): Promise<void> {
  return outsideScope(async () => {
    for (const [name, define] of Object.entries(tables)) {
      if (await knex.schema.hasTable(name)) continue;
      await createUnlessMade(() =>
        knex.schema.createTable(name, (table) => {
          compareBytewise(knex, table);
          define(table, knex);
        }),
      );
    }
  });
}

/** Drops these tables and everything in them. */
export function dropAll(knex: Knex, tables: Tables): Promise<void> {
  return outsideScope(async () => {
    for (const name of Object.keys(tables).reverse()) await knex.schema.dropTableIfExists(name);
  });
}

/** Makes a new table distinguish 'Ana' from 'ana', which MariaDB alone does not by itself. {@link createAll} calls it. */
export function compareBytewise(knex: Knex, table: Knex.CreateTableBuilder): void {
  const { bytewise } = engineOf(knex).dialect.facts;
  if (!bytewise) return;
  table.charset(bytewise.charset);
  table.collate(bytewise.collate);
}

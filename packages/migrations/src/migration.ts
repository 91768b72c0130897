/** A migration: steps, each with the statements that undo it, written with Knex for the three databases at once. */
import type { Knex } from 'knex';
import { compareBytewise } from '@quartet/db-knex';

/** A builder of Knex; it is compiled to statements, not awaited. */
export type Statement = Knex.SchemaBuilder | Knex.QueryBuilder | Knex.Raw;

export interface Step {
  readonly up: Statement;
  /** Undoes `up`. Without it the migration cannot be rolled back. */
  readonly down?: Statement;
}

export interface Migration {
  /** The date, a number of that day, and the subject. Names sort in the order of the history. */
  readonly name: string;
  /**
   * @param knex compiles for the database at hand; `knex.client.config.client` and the helpers of db-knex
   *   (`primaryId`, `utcDateTime`) know which.
   */
  readonly steps: (knex: Knex) => readonly Step[];
}

export interface Sql {
  readonly sql: string;
  readonly bindings: readonly unknown[];
}

/** `create table` with the settings that all tables have, and the `drop table` that undoes it. */
export function createTable(
  knex: Knex,
  name: string,
  define: (table: Knex.CreateTableBuilder) => void,
): Step {
  return {
    up: knex.schema.createTable(name, (table) => {
      compareBytewise(knex, table);
      define(table);
    }),
    down: knex.schema.dropTable(name),
  };
}

interface Compiled {
  readonly sql?: string;
  readonly bindings?: readonly unknown[];
  readonly output?: unknown;
  readonly statementsProducer?: unknown;
}

/**
 * Compiles a builder to its statements before the first of them runs.
 *
 * @throws TypeError for the few builders whose statements Knex finds while it runs them (altering a column on SQLite).
 */
export function compile(builder: Statement): Sql[] {
  const compiled = builder.toSQL() as Compiled | readonly Compiled[];
  const parts = Array.isArray(compiled) ? (compiled as readonly Compiled[]) : [compiled];
  return (parts as readonly Compiled[]).map(
    ({ sql, bindings = [], output, statementsProducer }) => {
      if (sql === undefined || typeof output === 'function' || statementsProducer !== undefined)
        throw new TypeError(
          `Knex makes the statements for this step only while it runs them (${sql ?? 'none yet'}): ` +
            'write them yourself, a step each, with knex.raw.',
        );
      return { sql, bindings };
    },
  );
}

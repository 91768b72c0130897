/**
 * The columns that Knex builds differently on each database, made the same as the other libraries make them.
 * For migrations and for {@link createAll}.
 */
import type { Knex } from 'knex';
import { engineOf } from './bind-knex';

/** Options of `utcDateTime`. */
export interface UtcDateTimeOptions {
  /** The database sets the current time where an INSERT gives none. Default false. */
  readonly defaultNow?: boolean;
  /** Default false. */
  readonly nullable?: boolean;
}

/**
 * A column that holds an instant: `timestamptz(3)` on PostgreSQL, `datetime(3)` in UTC on MariaDB, ISO 8601 text with
 * milliseconds and `Z` on SQLite. It is read as `Date`; the result of a function over it (`max(created_at)`) is text
 * on SQLite: see {@link toDate}.
 *
 * @example
 * await knex.schema.createTable('messages', (table) => utcDateTime(knex, table, 'created_at', { defaultNow: true }));
 */
export function utcDateTime(
  knex: Knex,
  table: Knex.CreateTableBuilder,
  name: string,
  options: UtcDateTimeOptions = {},
): Knex.ColumnBuilder {
  const { defaultNow = false, nullable = false } = options;
  const column = table.datetime(name, { precision: 3, useTz: true });
  if (!nullable) column.notNullable();
  if (defaultNow) column.defaultTo(knex.raw(`(${engineOf(knex).dialect.facts.instant.now})`));
  return column;
}

/** An integer primary key that the database counts up; signed everywhere: Knex's `increments` is not, with `auto_increment`. */
export function primaryId(
  knex: Knex,
  table: Knex.CreateTableBuilder,
  name = 'id',
): Knex.ColumnBuilder {
  const { autoIncrement } = engineOf(knex).dialect.facts;
  return autoIncrement === 'auto_increment'
    ? table.specificType(name, `int not null ${autoIncrement} primary key`)
    : table.increments(name);
}

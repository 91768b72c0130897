/**
 * The one way in which all libraries store instants: `timestamptz(3)` on PostgreSQL,
 * `datetime(3)` in UTC on MariaDB, ISO 8601 text with milliseconds and `Z` on SQLite. They are read as `Date`.
 */
import type { Engine } from '@quartet/db-core';
import type { ColumnOptions, EntitySchemaColumnOptions, MixedList } from 'typeorm';
import { EntitySchema, getMetadataArgsStorage } from 'typeorm';

/** Marks column options whose type is settled when the database is known, in `bindTypeorm`. */
const UTC = Symbol('quartet.utcDateTime');

export interface UtcDateTimeOptions {
  /** The database sets the current time where an INSERT gives none. Default false. */
  readonly defaultNow?: boolean;
  /** Default false. */
  readonly nullable?: boolean;
  /** The column's name, where it is not the property's. */
  readonly name?: string;
}

/**
 * The options of a column that holds an instant, for an `EntitySchema` or `@Column`.
 *
 * @example
 * mapper(Message, { columns: { createdAt: utcDateTime({ defaultNow: true, name: 'created_at' }) } });
 */
export function utcDateTime(
  options: UtcDateTimeOptions = {},
): EntitySchemaColumnOptions & ColumnOptions & { type: typeof Date } {
  const { defaultNow = false, nullable = false, name } = options;
  return {
    type: Date,
    nullable,
    ...(name !== undefined && { name }),
    [UTC]: { defaultNow },
  } as never;
}

/** Entities as given, with the columns above made those of the engine's database. Schemas are copied, decorated classes are not. */
export function settleUtcColumns(entities: MixedList<unknown>, engine: Engine): MixedList<unknown> {
  for (const { options } of getMetadataArgsStorage().columns)
    if (UTC in options) Object.assign(options, settled(options, engine));
  const settle = (entity: unknown): unknown =>
    entity instanceof EntitySchema ? settleSchema(entity, engine) : entity;
  return Array.isArray(entities)
    ? entities.map(settle)
    : (Object.fromEntries(
        Object.entries(entities).map(([key, entity]) => [key, settle(entity)]),
      ) as never);
}

function settleSchema(schema: EntitySchema, engine: Engine): EntitySchema {
  const columns = Object.entries(schema.options.columns).map(([property, column]) => [
    property,
    column && UTC in column ? { ...column, ...settled(column, engine) } : column,
  ]);
  return new EntitySchema({ ...schema.options, columns: Object.fromEntries(columns) as never });
}

function settled(column: object, engine: Engine): ColumnOptions {
  const { defaultNow } = (column as { [UTC]: { defaultNow: boolean } })[UTC];
  const { type, precision, now } = engine.dialect.facts.instant;
  return {
    type,
    ...(precision !== undefined && { precision }),
    ...(defaultNow && { default: () => now }),
  };
}

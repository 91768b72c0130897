/**
 * The one way in which all libraries store instants: `timestamptz(3)` on PostgreSQL,
 * `datetime(3)` in UTC on MariaDB, ISO 8601 text with milliseconds and `Z` on SQLite. They are read as `Date`.
 */
import type { Engine } from '@quartet/db-core';
import type {
  ColumnOptions,
  DataSource,
  EntityMetadata,
  EntitySchemaColumnOptions,
  EntitySubscriberInterface,
  MixedList,
  UpdateEvent,
} from 'typeorm';
import { EntitySchema, getMetadataArgsStorage } from 'typeorm';

type ColumnMetadata = EntityMetadata['columns'][number];

/** Marks column options whose type is settled when the database is known, in `bindTypeorm`. */
const UTC = Symbol('quartet.utcDateTime');

interface Utc {
  readonly [UTC]: { readonly defaultNow: boolean; readonly onUpdateNow: boolean };
}

/** Options of `utcDateTime`. */
export interface UtcDateTimeOptions {
  /** The database sets the current time where an INSERT gives none. Default false. */
  readonly defaultNow?: boolean;
  /**
   * An UPDATE of TypeORM sets the current time where it sets no other: `save()`, `update()`, `increment()` and query builders
   * that call listeners. With `defaultNow` an INSERT does too. Default false.
   */
  readonly onUpdateNow?: boolean;
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
  const { defaultNow = false, onUpdateNow = false, nullable = false, name } = options;
  return {
    type: Date,
    nullable,
    ...(name !== undefined && { name }),
    [UTC]: { defaultNow, onUpdateNow },
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
  const { defaultNow } = (column as Utc)[UTC];
  const { type, precision, now } = engine.dialect.facts.instant;
  return {
    type,
    ...(precision !== undefined && { precision }),
    ...(defaultNow && { default: () => now }),
  };
}

/** Has each UPDATE of TypeORM set the columns with `onUpdateNow`. @param entities as they were given to the DataSource. */
export function keepUpdated(dataSource: DataSource, entities: MixedList<unknown>): void {
  const marked = new Map<EntityMetadata, readonly ColumnMetadata[]>();
  const schemas = Object.values(entities).filter((entity) => entity instanceof EntitySchema);
  for (const metadata of dataSource.entityMetadatas) {
    const columns = metadata.columns.filter((column) => isSetOnUpdate(column, schemas));
    if (columns.length > 0) marked.set(metadata, columns);
  }
  if (marked.size === 0) return;
  const subscriber: EntitySubscriberInterface<object> = {
    beforeUpdate(event: UpdateEvent<object>): void {
      for (const column of marked.get(event.metadata) ?? [])
        if (event.entity && !isSet(column, event)) column.setEntityValue(event.entity, new Date());
    },
  };
  dataSource.subscribers.push(subscriber);
}

/** A query builder has no row to compare with: its event's entity is the values that it sets. */
function isSet(column: ColumnMetadata, event: UpdateEvent<object>): boolean {
  return event.databaseEntity
    ? event.updatedColumns.includes(column)
    : column.getEntityValue(event.entity ?? {}) !== undefined;
}

function isSetOnUpdate(
  { target, propertyName }: ColumnMetadata,
  schemas: readonly EntitySchema[],
): boolean {
  const schema = schemas.find(({ options }) => (options.target ?? options.name) === target);
  const options = schema
    ? schema.options.columns[propertyName]
    : getMetadataArgsStorage().columns.find(
        (args) => args.target === target && args.propertyName === propertyName,
      )?.options;
  return options !== undefined && UTC in options && (options as Utc)[UTC].onUpdateNow;
}

/**
 * Classical mapping: a table is described on its own, then mapped onto a class that knows nothing of it.
 *
 * Ports SQLAlchemy's imperative mapping, `mapper(User, users)`.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/mapping_styles.html#imperative-mapping
 */
import type { Class } from '@quartet/db-core/binding';
import { mappedAlready } from '@quartet/db-core/binding';
import type { EntitySchemaColumnOptions, EntitySchemaOptions, MixedList } from 'typeorm';
import { EntitySchema } from 'typeorm';

/** What an EntitySchema says, without the class and with a name by default. */
export type Mapping<T> = Omit<EntitySchemaOptions<T>, 'target' | 'name'> & {
  readonly name?: string;
};

const schemas = new WeakMap<object, EntitySchema>();

/**
 * Maps a plain class. As with SQLAlchemy and Sequelize, a column may be NULL unless it says `nullable: false`, is part of the
 * primary key, or is filled by TypeORM itself (`createDate`, `version` …).
 *
 * @throws ArgumentError for a class that is mapped already.
 * @returns the schema, for `bindTypeorm`; the class itself will do there too.
 * @example
 * class User { id!: number; name!: string }
 * mapper(User, {
 *   tableName: 'users',
 *   columns: { id: { type: Number, primary: true, generated: true }, name: { type: String, length: 50, unique: true, nullable: false } },
 * });
 * await bindTypeorm(engine, { entities: [User] });
 */
export function mapper<T extends object>(target: Class<T>, mapping: Mapping<T>): EntitySchema<T> {
  if (schemas.has(target)) throw mappedAlready(target);
  const columns = Object.entries(mapping.columns ?? {}).map(([property, column]) => [
    property,
    { nullable: mayBeNull(column as EntitySchemaColumnOptions), ...(column as object) },
  ]);
  const schema = new EntitySchema<T>({
    name: target.name,
    ...mapping,
    columns: Object.fromEntries(columns) as typeof mapping.columns,
    target: target as never,
  });
  schemas.set(target, schema as EntitySchema);
  return schema;
}

function mayBeNull(column: EntitySchemaColumnOptions): boolean {
  return !NEVER_NULL.some((kind) => column[kind]);
}

const NEVER_NULL = ['primary', 'generated', 'createDate', 'updateDate', 'version'] as const;

/** Entities with mapped classes replaced by their schemas. */
export function mappedSchemas(
  entities: MixedList<Function | EntitySchema>,
): MixedList<Function | EntitySchema> {
  const schemaOf = (entity: Function | EntitySchema): Function | EntitySchema =>
    schemas.get(entity) ?? entity;
  if (Array.isArray(entities)) return entities.map(schemaOf);
  return Object.fromEntries(
    Object.entries(entities).map(([name, entity]) => [name, schemaOf(entity as Function)]),
  );
}

/**
 * Mappings of tables that are there, for classes of your own: `mapper(User, tables.users)`.
 *
 * Ports SQLAlchemy's `Table('users', metadata, autoload_with=engine)`.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/reflection.html
 */
import type { Engine } from '@quartet/db-core';
import type { DialectFacts } from '@quartet/db-core/binding';
import type {
  ColumnKind,
  ReflectedColumn,
  ReflectedIndex,
  ReflectedRelation,
  ReflectedTable,
  ReflectOptions,
} from '@quartet/db-core/reflection';
import { columnType, countsUp, mappableTables, relationsOf } from '@quartet/db-core/reflection';
import type { ColumnType, EntitySchemaColumnOptions, ObjectLiteral } from 'typeorm';
import type { EntitySchemaRelationOptions } from 'typeorm/entity-schema/EntitySchemaRelationOptions';
import type { Mapping } from '../mapper';

/** Options of `reflectTables`. */
export interface ReflectTablesOptions<Name extends string> extends ReflectOptions {
  readonly only?: readonly Name[] | undefined;
}

/**
 * The mappings by table, with properties named after the columns, and after foreign keys (`user`,
 * `messages_collection`). Tables without a primary key are left out. Relations are those between tables of the answer:
 * map a class to each of them.
 *
 * @throws InvalidRequestError when one of `only` is not there, or has no primary key.
 * @example
 * const { users } = await reflectTables(engine, { only: ['users'] });
 * mapper(User, users);
 * await bindTypeorm(engine, { entities: [User] });
 */
export async function reflectTables<const Name extends string = string>(
  engine: Engine,
  options: ReflectTablesOptions<Name> = {},
): Promise<Readonly<Record<Name, Mapping<ObjectLiteral>>>> {
  const tables = await mappableTables(engine, options);
  const relations = relationsOf(tables);
  return Object.fromEntries(
    tables.map((table) => [table.name, toMapping(table, relations, engine.dialect.facts)]),
  ) as Record<Name, Mapping<ObjectLiteral>>;
}

function toMapping(
  table: ReflectedTable,
  relations: readonly ReflectedRelation[],
  facts: DialectFacts,
): Mapping<ObjectLiteral> {
  const plain = table.indexes.filter(({ definition }) => definition === null);
  const named = ({ name, columns }: ReflectedIndex): { name?: string; columns: string[] } => ({
    ...(name !== null && { name }),
    columns: [...columns],
  });
  return {
    name: table.name,
    tableName: table.name,
    columns: Object.fromEntries(
      table.columns.map((column) => [column.name, toColumn(column, table, facts)]),
    ),
    uniques: plain.filter(({ constraint }) => constraint).map(named),
    indices: plain
      .filter(({ constraint }) => !constraint)
      .map((index) => ({ ...named(index), unique: index.unique })),
    relations: Object.fromEntries([
      ...relations.filter((each) => each.table === table).map(scalar),
      ...relations.filter((each) => each.target === table).map(collection),
    ]),
  };
}

function scalar({ target, foreignKey, name, inverse, table }: ReflectedRelation) {
  const { columns, references, onDelete, onUpdate } = foreignKey;
  const relation: EntitySchemaRelationOptions = {
    type: 'many-to-one',
    target: target.name,
    inverseSide: inverse,
    joinColumn: columns.map((column, i) => ({
      name: column,
      referencedColumnName: references[i] as string,
      ...(foreignKey.name !== null && { foreignKeyConstraintName: foreignKey.name }),
    })),
    nullable: columns.some((each) => table.columns.find(({ name }) => name === each)?.nullable),
    onDelete: onDelete as 'CASCADE',
    onUpdate: onUpdate as 'CASCADE',
  };
  return [name, relation] as const;
}

function collection({ table, name, inverse }: ReflectedRelation) {
  const relation: EntitySchemaRelationOptions = {
    type: 'one-to-many',
    target: table.name,
    inverseSide: name,
  };
  return [inverse, relation] as const;
}

function toColumn(
  column: ReflectedColumn,
  table: ReflectedTable,
  facts: DialectFacts,
): EntitySchemaColumnOptions {
  const { name, nullable, generated, collation, values, type } = column;
  const { unsigned, array } = columnType(column);
  return {
    ...typeOf(column, facts),
    nullable,
    primary: table.primaryKey.includes(name),
    ...(unsigned && { unsigned }),
    ...(array && { array }),
    ...(countsUp(column, table, facts) && { generated: 'increment' as const }),
    ...(generated && { insert: false, update: false }), // the database computes it
    ...(collation !== null && { collation }),
    ...(values && { enum: [...values], ...(facts.createEnum && { enumName: type }) }),
    ...defaultOf(column),
  };
}

function defaultOf({
  default: value,
  autoIncrement,
  generated,
}: ReflectedColumn): Pick<EntitySchemaColumnOptions, 'default' | 'onUpdate'> {
  if (value === null || autoIncrement || generated) return {};
  const [expression, onUpdate] = value.split(/ on update /i);
  const written = /^[\w.]+\(/.test(expression as string) ? `(${expression})` : expression;
  return { default: () => written, ...(onUpdate !== undefined && { onUpdate }) };
}

function typeOf(
  column: ReflectedColumn,
  facts: DialectFacts,
): Pick<EntitySchemaColumnOptions, 'type' | 'length' | 'precision' | 'scale'> {
  const { kind, name, args } = columnType(column);
  const [first, scale] = args;
  const type = (facts.anyType ? (TYPES[kind] ?? name) : nameOf(kind, name)) as ColumnType;
  if (first === undefined) return { type };
  if (kind === 'text' || kind === 'binary') return { type, length: first };
  if (kind === 'decimal' || kind === 'float')
    return { type, precision: first, ...(scale !== undefined && { scale }) };
  if (kind === 'instant' || kind === 'time') return { type, precision: first };
  return { type };
}

/** Where any word is a type TypeORM knows a few: only kinds of text keep their own. */
const TYPES: Partial<Record<ColumnKind, string>> = {
  integer: 'integer',
  bigint: 'bigint',
  decimal: 'decimal',
  float: 'double',
  boolean: 'boolean',
  instant: 'datetime',
  date: 'date',
  time: 'time',
  json: 'json',
  binary: 'blob',
  uuid: 'varchar',
  enum: 'varchar',
  other: 'text',
};

/** Of the types that have no kind here, those that TypeORM knows; the value of any other is text. */
const OTHERS =
  /^(?:bit|varbit|bit varying|money|hstore|interval|point|line|lseg|box|path|polygon|circle|cidr|inet[46]?|macaddr8?|tsvector|tsquery|xml|\w+range|geometry|set)$/;

function nameOf(kind: ColumnKind, name: string): string {
  if (kind === 'boolean' || kind === 'enum') return kind;
  return kind === 'other' && !OTHERS.test(name) ? 'text' : name;
}

/**
 * Tables that are there, as what `init` of a model of your own is given: `User.init(users.attributes, { sequelize, ...users.options })`.
 *
 * Ports SQLAlchemy's `Table('users', metadata, autoload_with=engine)`.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/reflection.html
 */
import type { Engine } from '@quartet/db-core';
import type { DialectFacts } from '@quartet/db-core/binding';
import type { ReflectedColumn, ReflectedTable, ReflectOptions } from '@quartet/db-core/reflection';
import { columnType, countsUp, mappableTables } from '@quartet/db-core/reflection';
import type {
  DataType,
  ModelAttributeColumnOptions,
  ModelAttributes,
  ModelOptions,
} from 'sequelize';
import { DataTypes } from 'sequelize';
import { utcDateTime } from '../utc-date-time';

/** Options of `reflectTables`. */
export interface ReflectTablesOptions<Name extends string> extends ReflectOptions {
  readonly only?: readonly Name[] | undefined;
}

/** What `init` is given for a table. */
export interface ReflectedModel {
  readonly attributes: ModelAttributes;
  readonly options: ModelOptions;
}

/**
 * By table, with attributes named after the columns. Tables without a primary key are left out.
 *
 * @throws InvalidRequestError when one of `only` is not there, or has no primary key.
 * @example
 * const { users } = await reflectTables(engine, { only: ['users'] });
 * User.init(users.attributes, { sequelize, ...users.options });
 */
export async function reflectTables<const Name extends string = string>(
  engine: Engine,
  options: ReflectTablesOptions<Name> = {},
): Promise<Readonly<Record<Name, ReflectedModel>>> {
  const tables = await mappableTables(engine, options);
  return Object.fromEntries(
    tables.map((table) => [table.name, toModel(table, engine.dialect.facts)]),
  ) as Record<Name, ReflectedModel>;
}

export function toModel(table: ReflectedTable, facts: DialectFacts): ReflectedModel {
  const attributes = table.columns.map((column) => [
    column.name,
    toAttribute(column, table, facts),
  ]);
  const indexes = table.indexes
    .filter(
      ({ name, definition, columns }) => name !== null && definition === null && columns.length > 0,
    )
    .map(({ name, columns, unique }) => ({ name: name as string, fields: [...columns], unique }));
  return {
    attributes: Object.fromEntries(attributes) as ModelAttributes,
    options: { tableName: table.name, timestamps: false, indexes },
  };
}

function toAttribute(
  column: ReflectedColumn,
  table: ReflectedTable,
  facts: DialectFacts,
): ModelAttributeColumnOptions {
  const { name, nullable, default: value, generated } = column;
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === name);
  return {
    type: typeOf(column, facts),
    allowNull: nullable || value !== null || generated, // the database has a value where an object has none
    primaryKey: table.primaryKey.includes(name),
    autoIncrement: countsUp(column, table, facts),
    ...(key && {
      references: { model: key.table, key: key.references[0] as string },
      onDelete: key.onDelete,
      onUpdate: key.onUpdate,
    }),
  };
}

function typeOf(column: ReflectedColumn, facts: DialectFacts): DataType {
  const { array } = columnType(column);
  const type = scalarType(column, facts);
  return array && typeof type !== 'string' ? DataTypes.ARRAY(type) : array ? column.type : type;
}

/** A type of Sequelize's that reads and writes the column as it is; elsewhere the database's own word. */
function scalarType(column: ReflectedColumn, facts: DialectFacts): DataType {
  const { kind, name, args, unsigned } = columnType(column);
  const [first, second] = args;
  const number = { unsigned };
  switch (kind) {
    case 'integer':
      if (name.startsWith('small')) return DataTypes.SMALLINT(number);
      return DataTypes.INTEGER(number);
    case 'bigint':
      return DataTypes.BIGINT(number);
    case 'decimal':
      return first === undefined ? DataTypes.DECIMAL : DataTypes.DECIMAL(first, second ?? 0);
    case 'float':
      return name === 'real' ? DataTypes.REAL : DataTypes.DOUBLE;
    case 'boolean':
      return DataTypes.BOOLEAN;
    case 'text':
      if (first !== undefined)
        return /^(?:char|character)$/.test(name) ? DataTypes.CHAR(first) : DataTypes.STRING(first);
      return /^(?:tiny|medium|long)text$/.test(name)
        ? DataTypes.TEXT(name.replace('text', '') as 'long')
        : DataTypes.TEXT;
    case 'instant':
      return name.endsWith('without time zone') ? column.type : utcDateTime().type;
    case 'date':
      return DataTypes.DATEONLY;
    case 'time':
      return DataTypes.TIME;
    case 'json':
      return name === 'jsonb' ? DataTypes.JSONB : DataTypes.JSON;
    case 'binary':
      return DataTypes.BLOB;
    case 'uuid':
      return DataTypes.UUID;
    case 'enum':
      return facts.createEnum ? column.type : DataTypes.ENUM(...(column.values ?? []));
    case 'other':
      return column.type;
  }
}

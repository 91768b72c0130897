/**
 * On SQLite Sequelize reads each value by the declared type of its column, for which it asks the database. Here it is told
 * the type that the model has: the database's word for it (`timestamp`, `text`, none) is that of whoever made the table.
 *
 * @see https://sequelize.org/docs/v6/other-topics/extending-data-types/
 */
import type { StoredAs } from '@quartet/db-core/binding';
import { readAs } from '@quartet/db-core/binding';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import { dialectTypes } from '../untyped';

/** By the name of Sequelize's type. */
const STORED_AS: Readonly<Record<string, StoredAs>> = {
  DATE: 'instant',
  UTCDATETIME: 'instant',
  BOOLEAN: 'boolean',
  TINYINT: 'number',
  SMALLINT: 'number',
  MEDIUMINT: 'number',
  INTEGER: 'number',
  BIGINT: 'number',
  FLOAT: 'number',
  REAL: 'number',
  'DOUBLE PRECISION': 'number',
  DECIMAL: 'number',
  JSON: 'json',
  JSONB: 'json',
};

/** What Sequelize has for the types above; other columns have types without a parser, or of the user's own. */
interface TypeOfAttribute {
  readonly key?: string;
  readonly constructor: { readonly types?: { readonly sqlite?: readonly string[] | false } };
}

/** Registers a parser for each kind of value: Sequelize finds it by a type's name. */
export function defineStoredTypes(): void {
  const types = dialectTypes('sqlite');
  for (const kind of new Set(Object.values(STORED_AS))) {
    const name = nameOf(kind);
    types[name] ??= {
      key: name,
      types: { sqlite: [name] },
      parse: (value: unknown) => readAs(kind, value),
    };
  }
}

/** The types of a table's columns, as the model says; undefined for a table without a model. */
export function typesOf(sequelize: Sequelize, table: string): Map<string, string> | undefined {
  const model = Object.values(sequelize.models).find((each) => tableOf(each) === table);
  if (!model) return undefined;
  const types = new Map<string, string>();
  for (const [name, { field = name, type }] of Object.entries(model.getAttributes()))
    types.set(field, typeof type === 'string' ? type : typeName(type as TypeOfAttribute));
  return types;
}

function typeName({ key = '', constructor }: TypeOfAttribute): string {
  const kind = STORED_AS[key];
  if (kind) return nameOf(kind);
  return (constructor.types?.sqlite || [])[0] ?? '';
}

function nameOf(kind: StoredAs): string {
  return `QUARTET ${kind.toUpperCase()}`;
}

function tableOf(model: ModelStatic<Model>): string {
  return String(model.getTableName()).replaceAll('`', '');
}

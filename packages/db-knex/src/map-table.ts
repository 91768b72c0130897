/**
 * A light data mapper: rows of one table as objects of a plain class, so that a session can save, load and delete
 * them. It knows no relations; a foreign key is a column.
 */
import type { Class, Mapper } from '@quartet/db-core/binding';
import { ArgumentError } from '@quartet/db-core';
import { assertKnownOptions, mapClass, mappedAlready, mapperOf } from '@quartet/db-core/binding';
import type { Knex } from 'knex';
import { TableMapper } from './table-mapper';

/** Which table and columns a class stands for. */
export interface TableMapping<T extends object> {
  readonly table: string;
  /** Properties that are columns, by the column's name or by `true` where it is the same. */
  readonly columns: { readonly [K in keyof T]?: string | true };
  /** Default `id`. */
  readonly primaryKey?: (string & keyof T) | readonly (string & keyof T)[];
  /** Properties that are set to the current time wherever the session or a query changes a row and sets no other. Default none. */
  readonly onUpdateNow?: readonly (string & keyof T)[];
  /** Classes whose rows must exist first, since this table has a foreign key to theirs. */
  readonly references?: readonly Class[];
}

const MAPPING: Readonly<Record<keyof TableMapping<object>, true>> = {
  table: true,
  columns: true,
  primaryKey: true,
  onUpdateNow: true,
  references: true,
};

/** What each class was mapped to: with another Knex it may be mapped to the same again. */
const mappings = new WeakMap<object, string>();

/**
 * Maps a class to a table. Objects read are made without calling the constructor. Columns left undefined are left to
 * the database's defaults.
 *
 * @param knex one made by `bindKnex`.
 * @throws ArgumentError for an unknown option, and for a class that is mapped to something else already.
 * @example
 * mapTable(knex, User, { table: 'users', columns: { id: true, name: true, email: true } });
 * Session.add(Object.assign(new User(), { name: 'admin', email: 'admin@example.com' }));
 */
export function mapTable<T extends object>(
  knex: Knex,
  target: Class<T>,
  mapping: TableMapping<T>,
): void {
  assertKnownOptions('option of mapTable()', mapping, MAPPING);
  const { table, columns, primaryKey = 'id' as string & keyof T } = mapping;
  const { references = [], onUpdateNow = [] } = mapping;
  const names = Object.entries(columns).map(([property, name]): [string, string] => [
    property,
    name === true ? property : String(name),
  ]);
  const keys = Array.isArray(primaryKey) ? primaryKey : [primaryKey as string];
  const unmapped = onUpdateNow.find((property) => !(property in columns));
  if (unmapped !== undefined)
    throw new ArgumentError(
      `mapTable() of ${target.name} was given onUpdateNow: ['${unmapped}'], which is none of its columns.`,
    );
  const said = JSON.stringify([table, names, keys, onUpdateNow]);
  if ((mappings.get(target) ?? said) !== said) throw mappedAlready(target);
  mappings.set(target, said);
  mapClass(
    target,
    new TableMapper<T>({
      knex,
      target,
      table,
      columns: new Map(names),
      primaryKey: keys,
      onUpdateNow,
      dependencies: (): Mapper[] => references.map((reference) => mapperOf(reference)),
    }),
  );
}

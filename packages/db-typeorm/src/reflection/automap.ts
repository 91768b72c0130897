/**
 * Classes for the tables that are there, without a line about them.
 *
 * Ports SQLAlchemy's automap: `Base.prepare(autoload_with=engine)`, `Base.classes`.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/extensions/automap.html
 */
import type { Engine } from '@quartet/db-core';
import type { ObjectLiteral } from 'typeorm';
import type { Mapping } from '../mapper';
import { mapper } from '../mapper';
import type { ReflectTablesOptions } from './reflect-tables';
import { reflectTables } from './reflect-tables';

/** A class that was made for a table. */
export type AutomapClass = new (values?: ObjectLiteral) => ObjectLiteral;

/**
 * The classes by table, for `bindTypeorm`. See {@link reflectTables} for their properties.
 *
 * @throws InvalidRequestError when one of `only` is not there, or has no primary key.
 * @example
 * const { users: User } = await automap(engine, { only: ['users'] });
 * await bindTypeorm(engine, { entities: [User] });
 * Session.add(new User({ name: 'admin' }));
 */
export async function automap<const Name extends string = string>(
  engine: Engine,
  options: ReflectTablesOptions<Name> = {},
): Promise<Readonly<Record<Name, AutomapClass>>> {
  const classes: Record<string, AutomapClass> = {};
  for (const [name, mapping] of Object.entries(await reflectTables(engine, options))) {
    const made = class {
      constructor(values?: ObjectLiteral) {
        Object.assign(this, values);
      }
    };
    Object.defineProperty(made, 'name', { value: name });
    mapper(made, mapping as Mapping<ObjectLiteral>);
    classes[name] = made;
  }
  return classes as Record<Name, AutomapClass>;
}

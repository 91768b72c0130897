/** The tables that classes can be mapped to: those whose rows have an identity. */
import type { Engine } from '../engine/engine';
import type { ReflectOptions } from './reflect';
import type { ReflectedTable } from '../dialects/reflected-table';
import { InvalidRequestError } from '../errors/errors';
import { reflect } from './reflect';

/**
 * As `reflect`, without tables that have no primary key, as SQLAlchemy's automap leaves them out.
 *
 * @throws InvalidRequestError when one of `only` is not there, or has none.
 */
export async function mappableTables(
  engine: Engine,
  options: ReflectOptions,
): Promise<ReflectedTable[]> {
  const tables = await reflect(engine, options);
  const without = tables.find(({ primaryKey }) => primaryKey.length === 0);
  if (options.only && without)
    throw new InvalidRequestError(
      `The table '${without.name}' has no primary key, so no class can be mapped to it. Read it by engine.execute() or Knex.`,
    );
  return tables.filter(({ primaryKey }) => primaryKey.length > 0);
}

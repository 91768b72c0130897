/**
 * Reads which tables a database has: columns, keys and indexes.
 *
 * Ports SQLAlchemy's reflection, `MetaData.reflect()`.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/reflection.html
 */
import type { Engine } from '../engine/engine';
import { currentConnection } from '../session/current';
import type { Ask, ReflectedTable } from '../dialects/reflected-table';
import { InvalidRequestError } from '../errors/errors';

/** Options of `reflect`. */
export interface ReflectOptions {
  /** Only these tables. Default: all. */
  readonly only?: readonly string[] | undefined;
}

/**
 * The tables, by name in alphabetical order. In a scope it sees what the session's transaction has changed.
 * Views, triggers and CHECK constraints are not read.
 *
 * @throws InvalidRequestError when a table of `only` is not there.
 * @example
 * const [users] = await reflect(engine, { only: ['users'] });
 * users?.columns.map(({ name, type }) => `${name} ${type}`);
 */
export async function reflect(
  engine: Engine,
  { only }: ReflectOptions = {},
): Promise<ReflectedTable[]> {
  const ask: Ask = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
    const connection = currentConnection(engine) ?? engine;
    return (await connection.execute(sql, params)).all() as unknown as Row[];
  };
  const tables = await engine.dialect.facts.reflect(ask);
  tables.sort((one, other) => (one.name < other.name ? -1 : 1)); // databases sort '_' each in its own way
  if (!only) return tables;
  const missing = only.filter((name) => !tables.some((table) => table.name === name));
  if (missing.length === 0) return tables.filter(({ name }) => only.includes(name));
  const names = tables.map(({ name }) => name).join(', ');
  throw new InvalidRequestError(
    `${engine.url} has no table ${missing.map((name) => `'${name}'`).join(' and no ')}; it has ${names || 'none'}.`,
  );
}

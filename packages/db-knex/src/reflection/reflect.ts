/**
 * Reads which tables a database has: columns, keys and indexes.
 *
 * Ports SQLAlchemy's reflection, `MetaData.reflect()`.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/reflection.html
 */
import type { Knex } from 'knex';
import { engineOf } from '../bind-knex';
import { reflectMysql } from './mysql';
import { reflectPostgresql } from './postgresql';
import { reflectSqlite } from './sqlite';
import type { Ask, ReflectedTable } from './table';

/**
 * The tables, by name in alphabetical order. In a scope it sees what the session's transaction has changed.
 *
 * @param knex one made by `bindKnex`.
 * @example
 * const users = (await reflect(knex)).find(({ name }) => name === 'users');
 * users?.columns.map(({ name, type }) => `${name} ${type}`);
 */
export async function reflect(knex: Knex): Promise<ReflectedTable[]> {
  const { name } = engineOf(knex).dialect;
  const ask: Ask = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
    const answer = (await knex.raw(sql, params as never)) as unknown;
    if (name === 'sqlite') return answer as Row[];
    return (name === 'mysql' ? (answer as [Row[]])[0] : (answer as { rows: Row[] }).rows) as Row[];
  };
  const tables = await readers[name](ask);
  return tables.sort((one, other) => (one.name < other.name ? -1 : 1)); // databases sort '_' each in its own way
}

const readers = { sqlite: reflectSqlite, postgresql: reflectPostgresql, mysql: reflectMysql };

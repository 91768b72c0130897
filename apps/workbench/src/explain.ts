/**
 * EXPLAIN of a recorded statement, found by its number: the page never sends SQL. The statement itself is not run,
 * and the transaction is rolled back.
 */
import type { Engine, Params } from '@quartet/db-core';
import { outsideScope } from '@quartet/db-core';
import type { Plan } from './protocol';

const EXPLAIN = { sqlite: 'EXPLAIN QUERY PLAN', postgresql: 'EXPLAIN', mysql: 'EXPLAIN' };
/** The statements that all three databases can explain. */
const EXPLAINABLE = /^\s*(?:select|insert|update|delete|with)\b/i;
/** The readable column of SQLite's plan; the others are numbers of nodes. */
const SQLITE_COLUMN = 'detail';

/** @throws Error when the database cannot explain such a statement */
export async function explain(
  engine: Engine,
  { sql, params }: { readonly sql: string; readonly params: unknown },
): Promise<Plan> {
  if (!EXPLAINABLE.test(sql))
    throw new Error('Only SELECT, INSERT, UPDATE and DELETE have a plan.');
  const result = await outsideScope(async () => {
    const connection = engine.connect();
    try {
      await connection.begin();
      const statement = `${EXPLAIN[engine.dialect.name]} ${sql}`;
      const found = await connection.execute(statement, boundParams(params));
      await connection.rollback();
      return found;
    } finally {
      await connection.close();
    }
  });
  const columns = engine.dialect.name === 'sqlite' ? [SQLITE_COLUMN] : result.columns;
  return {
    statement: sql,
    columns,
    rows: result.all().map((row) => columns.map((column) => String(row[column] ?? ''))),
  };
}

export function isExplainable(sql: string): boolean {
  return EXPLAINABLE.test(sql);
}

/** On SQLite Sequelize binds by `{ $1: … }`, the other libraries by position. */
function boundParams(params: unknown): Params {
  if (params === undefined || params === null) return [];
  if (Array.isArray(params)) return params as unknown[];
  const entries = Object.entries(params);
  return entries.every(([name]) => /^\$\d+$/.test(name))
    ? entries.map(([, value]) => value as unknown)
    : (params as Params);
}

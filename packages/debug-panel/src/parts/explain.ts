/**
 * EXPLAIN of a recorded statement: a page never sends SQL, only the number of a statement. The statement itself is not
 * run, and the transaction is rolled back.
 */
import type { Engine, Params } from '@quartet/db-core';
import { outsideScope } from '@quartet/db-core';
import type { Plan } from '../drawing/events';

/** @throws Error when the database cannot explain such a statement */
export async function explain(
  engine: Engine,
  { sql, params }: { readonly sql: string; readonly params: unknown },
): Promise<Plan> {
  if (!isExplainable(engine, sql))
    throw new Error('Only SELECT, INSERT, UPDATE and DELETE have a plan.');
  const { words, column } = engine.dialect.facts.explain;
  const result = await outsideScope(async () => {
    const connection = engine.connect();
    try {
      await connection.begin({ readOnly: engine.describe(sql).isPlainRead });
      const found = await connection.execute(`${words} ${sql}`, boundParams(params));
      await connection.rollback();
      return found;
    } finally {
      await connection.close();
    }
  });
  const columns = column === undefined ? result.columns : [column];
  return {
    statement: sql,
    columns,
    rows: result.all().map((row) => columns.map((name) => String(row[name] ?? ''))),
  };
}

/** Whether it is one statement of those that all three databases can explain. */
export function isExplainable(engine: Engine, sql: string): boolean {
  return engine.describe(sql).isPreparable;
}

/** On SQLite Sequelize binds by `{ 1: … }`, the other libraries by position. */
function boundParams(params: unknown): Params {
  if (params === undefined || params === null) return [];
  if (Array.isArray(params)) return params as unknown[];
  const entries = Object.entries(params);
  return entries.every(([name]) => /^\d+$/.test(name))
    ? entries.map(([, value]) => value as unknown)
    : (params as Params);
}

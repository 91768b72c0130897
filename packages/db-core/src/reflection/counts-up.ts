/** Which columns number the rows of their table. */
import type { DialectFacts } from '../dialects/facts';
import type { ReflectedColumn, ReflectedTable } from '../dialects/reflected-table';

/** Whether an INSERT need not give the column, since the database counts it up: told to, or by its own rule. */
export function countsUp(
  { name, type, autoIncrement }: ReflectedColumn,
  { primaryKey }: ReflectedTable,
  { integerKeyCountsUp }: DialectFacts,
): boolean {
  return (
    autoIncrement ||
    (integerKeyCountsUp && type === 'integer' && primaryKey.length === 1 && primaryKey[0] === name)
  );
}

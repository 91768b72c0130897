/** Which columns number the rows of their table. */
import type { DialectFacts } from '../dialects/facts';
import type { ReflectedColumn, ReflectedTable } from '../dialects/reflected-table';

/** Whether an INSERT may leave the column out, since the database counts it up: by its definition, or by a rule of the database. */
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

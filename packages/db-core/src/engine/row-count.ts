/** How many rows a driver's answer holds or says were changed; undefined where it does not say. */
export function rowCountOf(result: unknown): number | undefined {
  // mysql2 answers [rows or header, columns], pg a list where one text held several statements.
  const answer: unknown = Array.isArray(result) ? result[0] : result;
  if (Array.isArray(answer)) return answer.length;
  const { rows, rowCount, changes, affectedRows } = (answer ?? {}) as Record<string, unknown>;
  if (Array.isArray(rows) && rows.length > 0) return rows.length;
  return [rowCount, changes, affectedRows].find(
    (count): count is number => typeof count === 'number',
  );
}

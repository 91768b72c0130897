/** The statement without its values: literals, and how many a list has, are nobody's shape. */
export function shapeOf(sql: string): string {
  return sql
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/(?<![\w$])\d+(?:\.\d+)?\b/g, '?')
    .replace(/\$\d+/g, '?')
    .replace(/\?(?:\s*,\s*\?)*/g, '?…')
    .replace(/\s+/g, ' ')
    .trim();
}

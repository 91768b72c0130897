/** The statement without its values: literals become `?`, and lists of any length look alike. */
export function shapeOf(sql: string): string {
  return sql
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/(?<![\w$])\d+(?:\.\d+)?\b/g, '?')
    .replace(/\$\d+/g, '?')
    .replace(/\?(?:\s*,\s*\?)*/g, '?…')
    .replace(/\s+/g, ' ')
    .trim();
}

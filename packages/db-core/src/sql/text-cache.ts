const ENTRIES_LIMIT = 1000;
/** Longer texts hold values, which seldom come again. */
const LENGTH_LIMIT = 20_000;

/** `read`, whose answers are kept for the last thousand texts. */
export function keepAnswers<T>(read: (sql: string) => T): (sql: string) => T {
  const answers = new Map<string, T>();
  let last: { readonly sql: string; readonly answer: T } | undefined;
  return (sql) => {
    if (last?.sql === sql) return last.answer; // asked several times on a statement's way
    let answer = answers.get(sql);
    if (answer === undefined) {
      answer = read(sql);
      if (sql.length <= LENGTH_LIMIT) {
        const [oldest] = answers.size >= ENTRIES_LIMIT ? answers.keys() : [];
        if (oldest !== undefined) answers.delete(oldest);
        answers.set(sql, answer);
      }
    }
    last = { sql, answer };
    return answer;
  };
}

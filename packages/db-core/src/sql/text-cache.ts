const GENERATION = 500;
/** Longer texts hold values, which seldom come again. */
const LENGTH_LIMIT = 20_000;

/** `read`, whose answers are kept for the five hundred to a thousand texts that were asked for last. */
export function keepAnswers<T>(read: (sql: string) => T): (sql: string) => T {
  let recent = new Map<string, T>();
  let before = recent;
  const keep = (sql: string, answer: T): void => {
    if (recent.size >= GENERATION) {
      before = recent;
      recent = new Map();
    }
    recent.set(sql, answer);
  };
  // A statement on its way is asked about several times.
  return keepLast((sql) => {
    const known = recent.get(sql);
    if (known !== undefined) return known;
    const answer = before.get(sql) ?? read(sql);
    if (sql.length <= LENGTH_LIMIT) keep(sql, answer);
    return answer;
  });
}

/** `read`, whose answer is kept until another text is asked for. */
export function keepLast<T>(read: (sql: string) => T): (sql: string) => T {
  let lastText: string | undefined;
  let lastAnswer: T | undefined;
  return (sql) => {
    if (sql !== lastText) {
      lastAnswer = read(sql);
      lastText = sql;
    }
    return lastAnswer as T;
  };
}

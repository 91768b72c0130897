const GENERATION = 500;
/** Longer texts hold values, which seldom come again. */
const LENGTH_LIMIT = 20_000;

/** `read`, whose answers are kept for the five hundred to a thousand texts that were asked for last. */
export function keepAnswers<T>(read: (sql: string) => T): (sql: string) => T {
  let recent = new Map<string, T>();
  let before = recent;
  let lastText: string | undefined;
  let lastAnswer: T | undefined;
  const keep = (sql: string, answer: T): void => {
    if (recent.size >= GENERATION) {
      before = recent;
      recent = new Map();
    }
    recent.set(sql, answer);
  };
  return (sql) => {
    if (sql === lastText && lastAnswer !== undefined) return lastAnswer; // a statement on its way is asked about several times
    let answer = recent.get(sql);
    if (answer === undefined) {
      answer = before.get(sql) ?? read(sql);
      if (sql.length <= LENGTH_LIMIT) keep(sql, answer);
    }
    lastText = sql;
    lastAnswer = answer;
    return answer;
  };
}

/** `read`, whose answer is kept until another text is asked for. */
export function keepLast<T>(read: (sql: string) => T): (sql: string) => T {
  let last: { readonly sql: string; readonly answer: T } | undefined;
  return (sql) => {
    if (last?.sql !== sql) last = { sql, answer: read(sql) };
    return last.answer;
  };
}

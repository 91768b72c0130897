/**
 * What statements do, in a few words that are the same for all of their kind: `SELECT users`, `INSERT orders SELECT carts`.
 * It is OpenTelemetry's `db.query.summary`: operations and tables in the order in which they are written.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query
 */
import type { Lexeme } from './statements';

const LENGTH_LIMIT = 255;
/** What a table's name follows. */
const BEFORE_TABLE = new Set([
  'FROM',
  'JOIN',
  'INTO',
  'TABLE',
  'VIEW',
  'UPDATE',
  'TRUNCATE',
  'USING',
]);
/** What may stand between. */
const BETWEEN = new Set(
  'ONLY IF NOT EXISTS LATERAL IGNORE LOW_PRIORITY HIGH_PRIORITY DELAYED CONCURRENTLY TABLE'.split(
    ' ',
  ),
);
/** Words that begin something with an operation of its own, wherever they stand. */
const INNER = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE']);
/** `ON CONFLICT DO UPDATE`, `ON DUPLICATE KEY UPDATE`, `FOR NO KEY UPDATE`, `ON DELETE CASCADE`. */
const NO_OPERATION_AFTER = new Set(['DO', 'KEY', 'FOR', 'ON', 'AFTER', 'BEFORE', 'OR', 'OF']);
/** `IS DISTINCT FROM b` is no table. */
const NO_TABLE_AFTER = new Set(['DISTINCT']);
const QUERIES = new Set(['SELECT', 'WITH', 'VALUES']);

const ON_OBJECTS = new Set(['CREATE', 'ALTER', 'DROP']);
const OBJECTS = new Set(
  'TABLE INDEX VIEW SCHEMA DATABASE SEQUENCE TYPE FUNCTION PROCEDURE TRIGGER EXTENSION ROLE USER'.split(
    ' ',
  ),
);

/** Names are as they were written, without quotes where none are needed; 255 letters at most. */
export function summaryOf(statements: readonly (readonly Lexeme[])[]): string {
  let summary = '';
  for (const word of statements.flatMap(wordsOf)) {
    const longer = summary === '' ? word : `${summary} ${word}`;
    if (longer.length > LENGTH_LIMIT) break;
    summary = longer;
  }
  return summary;
}

function wordsOf(statement: readonly Lexeme[]): string[] {
  const words: string[] = [];
  /** For each parenthesis that is open, whether a query stands in it: `extract(year FROM …)` names no table. */
  const queries: boolean[] = [];
  let at = 0;
  const table = (): void => {
    while (BETWEEN.has(statement[at + 1]?.text ?? '')) at++;
    const [name, length] = nameAt(statement, at + 1);
    if (name === undefined) return;
    words.push(name);
    at += length;
    at += aliasAt(statement, at + 1);
    if (statement[at + 1]?.text !== ',') return;
    at++; // FROM a, b
    table();
  };
  for (; at < statement.length; at++) {
    const { kind, text } = statement[at] as Lexeme;
    const before = statement[at - 1]?.text ?? '';
    if (text === '(') queries.push(QUERIES.has(statement[at + 1]?.text ?? ''));
    else if (text === ')') queries.pop();
    if (kind !== 'word') continue;
    const isFirst = at === 0 || (before === '(' && at === firstAfterParentheses(statement));
    const begins = INNER.has(text) && !NO_OPERATION_AFTER.has(before);
    if ((isFirst && text !== 'WITH') || begins)
      words.push(isFirst ? operationOf(statement, at) : text);
    const names = BEFORE_TABLE.has(text) && !NO_TABLE_AFTER.has(before);
    if (names && (queries.at(-1) ?? true) && (begins || text !== 'UPDATE')) table();
  }
  return words;
}

/** `CREATE TABLE`, not `CREATE` alone. */
function operationOf(statement: readonly Lexeme[], at: number): string {
  const verb = statement[at]?.text ?? '';
  if (!ON_OBJECTS.has(verb)) return verb;
  const object = statement.slice(at + 1, at + 5).find(({ text }) => OBJECTS.has(text));
  return object ? `${verb} ${object.text}` : verb;
}

function firstAfterParentheses(statement: readonly Lexeme[]): number {
  return statement.findIndex(({ text }) => text !== '(');
}

/** The name at `start`, and of how many lexemes it is: `users`, `"order items"`, `shop.users`. */
function nameAt(
  statement: readonly Lexeme[],
  start: number,
): readonly [string | undefined, number] {
  const parts: string[] = [];
  let at = start;
  for (;;) {
    const part = partOf(statement[at]);
    if (part === undefined) break;
    parts.push(part);
    at++;
    if (statement[at]?.text !== '.') break;
    at++;
  }
  // A function that gives rows is called, and is no table.
  if (
    parts.length === 0 ||
    (statement[at]?.text === '(' && at === start + 1 && !isInsert(statement, start))
  )
    return [undefined, 0];
  return [parts.join('.'), at - start];
}

function isInsert(statement: readonly Lexeme[], start: number): boolean {
  const before = statement.slice(Math.max(0, start - 3), start).map(({ text }) => text);
  return before.some((text) => text === 'INTO' || text === 'TABLE' || text === 'EXISTS');
}

function partOf(lexeme: Lexeme | undefined): string | undefined {
  if (lexeme?.kind === 'word') return NO_NAMES.has(lexeme.text) ? undefined : lexeme.written;
  if (lexeme?.kind !== 'name') return undefined;
  const inner = lexeme.written.slice(1, -1);
  return /^\w+$/.test(inner) ? inner : lexeme.written;
}

/** How many lexemes of an alias stand at `start`, in front of a comma. */
function aliasAt(statement: readonly Lexeme[], start: number): number {
  const length = statement[start]?.text === 'AS' ? 2 : 1;
  return statement[start + length]?.text === ',' && statement[start]?.text !== ',' ? length : 0;
}

/** Words that may follow where no table is named. */
const NO_NAMES = new Set(['SELECT', 'SET', 'WHERE', 'VALUES', 'ON', 'WITH', 'OUTFILE', 'DUMPFILE']);

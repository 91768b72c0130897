/** The table whose rows a statement writes, in MariaDB's and MySQL's spelling. */
import type { Lexeme } from './statements';

const WRITES = new Set(['INSERT', 'REPLACE', 'UPDATE']);
const BETWEEN = new Set(['LOW_PRIORITY', 'HIGH_PRIORITY', 'DELAYED', 'IGNORE', 'INTO']);

export interface Target {
  /** The database that it names; undefined for the current one. */
  readonly database: string | undefined;
  readonly table: string;
}

/** Undefined where it writes none, or not as its first word says. */
export function targetOf([verb, ...others]: readonly Lexeme[]): Target | undefined {
  if (!WRITES.has(verb?.text ?? '')) return undefined;
  const at = others.findIndex(({ text }) => !BETWEEN.has(text));
  const [first, dot, second] = at < 0 ? [] : others.slice(at, at + 3);
  const name = nameOf(first);
  const table = dot?.text === '.' ? nameOf(second) : name;
  if (table === undefined) return undefined;
  return { database: dot?.text === '.' ? name : undefined, table };
}

function nameOf(lexeme: Lexeme | undefined): string | undefined {
  if (lexeme?.kind === 'word') return lexeme.written;
  if (lexeme?.kind !== 'name' && !lexeme?.written.startsWith('"')) return undefined;
  const [quote = ''] = lexeme.written;
  return lexeme.written.slice(1, -1).replaceAll(quote + quote, quote);
}

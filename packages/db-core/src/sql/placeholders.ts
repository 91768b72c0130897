/**
 * One statement text for every database: `:name`, `:1`, `?` and `$1` become the driver's own
 * placeholders, and values are only ever bound. Nothing is replaced inside a string, a quoted name,
 * a comment, a dollar-quoted body or a `::cast`. A `?` beside numbered placeholders is an operator
 * (PostgreSQL's jsonb), not a placeholder.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text
 */
import type { DialectName } from '../dialects/names';
import { ArgumentError } from '../errors/errors';

export interface CompiledStatement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Values as an array for `?`, `$1` and `:1`, as an object for `:name`. */
export type Params = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A piece of text as it is, or what a value is bound for: a name, a position from 0, or the next one. */
type Piece = string | { readonly name: string } | { readonly index: number } | typeof NEXT;
const NEXT = Symbol('?');

/** A statement that was read: its text with the driver's placeholders, and what each of them stands for. */
interface Prepared {
  readonly text: string;
  readonly slots: readonly Exclude<Piece, string>[];
}

const CACHE_LIMIT = 500;

/** A compiler for one dialect; it keeps the last five hundred texts it has read. */
export function placeholderCompiler(
  dialect: DialectName,
  placeholder: (n: number) => string,
): (sql: string, params?: Params) => CompiledStatement {
  const cache = new Map<string, Prepared>();
  return (sql, params) => {
    if (params === undefined) return { sql, params: [] };
    let prepared = cache.get(sql);
    if (!prepared) {
      prepared = prepare(split(sql, dialect), placeholder);
      if (cache.size >= CACHE_LIMIT) cache.delete(cache.keys().next().value as string);
      cache.set(sql, prepared);
    }
    return { sql: prepared.text, params: bind(sql, prepared.slots, params) };
  };
}

function prepare(pieces: readonly Piece[], placeholder: (n: number) => string): Prepared {
  const slots: Exclude<Piece, string>[] = [];
  const text = pieces.map((piece) =>
    typeof piece === 'string' ? piece : placeholder(slots.push(piece)),
  );
  return { text: text.join(''), slots };
}

function bind(sql: string, slots: Prepared['slots'], params: Params): unknown[] {
  const values = Array.isArray(params) ? (params as readonly unknown[]) : undefined;
  const named = values ? undefined : (params as Readonly<Record<string, unknown>>);
  const bound: unknown[] = [];
  const used = new Set<number>();
  let next = 0;
  for (const slot of slots) {
    if (slot !== NEXT && 'name' in slot) {
      if (!named || !(slot.name in named)) {
        throw new ArgumentError(
          `The statement needs a value for :${slot.name}: pass { ${slot.name}: … }. Statement: ${sql}`,
        );
      }
      bound.push(defined(named[slot.name], `:${slot.name}`));
    } else {
      const index = slot === NEXT ? next++ : slot.index;
      if (!values || index >= values.length) {
        throw new ArgumentError(
          `The statement needs ${values ? `at least ${index + 1} values but got ${values.length}` : 'an array of values'}. Statement: ${sql}`,
        );
      }
      used.add(index);
      bound.push(defined(values[index], `number ${index + 1}`));
    }
  }
  if (values && used.size !== values.length) {
    throw new ArgumentError(
      `The statement uses ${used.size} of the ${values.length} values it was given. Statement: ${sql}`,
    );
  }
  return bound;
}

function defined(value: unknown, which: string): unknown {
  if (value === undefined)
    throw new ArgumentError(
      `The value for parameter ${which} is undefined: pass null to store NULL.`,
    );
  return value;
}

/** Cuts a statement into its text and its placeholders. */
function split(sql: string, dialect: DialectName): Piece[] {
  const pieces: Piece[] = [];
  const marks: number[] = [];
  let from = 0;
  const found = (piece: Piece, start: number, end: number): number => {
    if (start > from) pieces.push(sql.slice(from, start));
    pieces.push(piece);
    from = end;
    return end;
  };
  for (let i = 0; i < sql.length; ) {
    const skipped = endOfLiteral(sql, i, dialect);
    if (skipped > i) {
      i = skipped;
      continue;
    }
    const char = sql[i];
    if (char === '?') {
      marks.push(pieces.length + (i > from ? 1 : 0));
      i = found(NEXT, i, i + 1);
    } else if (char === ':' || char === '$') {
      const match = /^(?::([A-Za-z_]\w*)|[:$](\d+))/.exec(sql.slice(i, i + 64));
      const separate = !/[\w\\:$]/.test(sql[i - 1] ?? '');
      if (!match || !separate) i += sql[i + 1] === ':' ? 2 : 1;
      else
        i = found(
          match[1] === undefined ? { index: Number(match[2]) - 1 } : { name: match[1] },
          i,
          i + match[0].length,
        );
    } else i++;
  }
  if (from < sql.length) pieces.push(sql.slice(from));
  const numbered = pieces.some((piece) => typeof piece === 'object');
  if (numbered) for (const at of marks) pieces[at] = '?';
  return pieces;
}

/** Where the string, quoted name, comment or dollar-quoted body that begins at `start` ends; `start` when none does. */
function endOfLiteral(sql: string, start: number, dialect: DialectName): number {
  const two = sql.slice(start, start + 2);
  switch (sql[start]) {
    case "'":
      return endOfQuoted(
        sql,
        start,
        "'",
        dialect === 'mysql' || /(?<!\w)[eE]$/.test(sql.slice(Math.max(0, start - 2), start)),
      );
    case '"':
      return endOfQuoted(sql, start, '"', dialect === 'mysql');
    case '`':
      return endOfQuoted(sql, start, '`', false);
    case '[':
      return dialect === 'sqlite' ? after(sql, ']', start + 1) : start;
    case '-':
      return two === '--' ? after(sql, '\n', start) : start;
    case '#':
      return dialect === 'mysql' ? after(sql, '\n', start) : start;
    case '/':
      return two === '/*' ? endOfComment(sql, start, dialect === 'postgresql') : start;
    case '$': {
      const tag =
        dialect === 'postgresql' &&
        /^\$(?:[A-Za-z_]\w*)?\$/.exec(sql.slice(start, start + 64))?.[0];
      return tag && !/\w/.test(sql[start - 1] ?? '') ? after(sql, tag, start + tag.length) : start;
    }
    default:
      return start;
  }
}

function endOfQuoted(sql: string, start: number, quote: string, backslashes: boolean): number {
  for (let i = start + 1; i < sql.length; i++) {
    if (backslashes && sql[i] === '\\') i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return sql.length;
}

function endOfComment(sql: string, start: number, nests: boolean): number {
  let depth = 0;
  for (let i = start; i < sql.length; i++) {
    const two = sql.slice(i, i + 2);
    if (two === '/*' && (nests || depth === 0)) {
      depth++;
      i++;
    } else if (two === '*/') {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return sql.length;
}

function after(sql: string, needle: string, from: number): number {
  const at = sql.indexOf(needle, from);
  return at < 0 ? sql.length : at + needle.length;
}

/**
 * One statement text for every database: `:name`, `:1`, `?` and `$1` become the driver's own
 * placeholders, and values are only ever bound. Nothing is replaced inside a string, a quoted name,
 * a comment, a dollar-quoted body or a `::cast`. A `?` beside numbered placeholders is an operator
 * (PostgreSQL's jsonb), not a placeholder.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text
 */
import type { LexicalRules } from './tokens';
import { ArgumentError } from '../errors/errors';
import { isPlain } from './plain-object';
import { keepAnswers } from './text-cache';
import { scan } from './tokens';

/** A statement as the driver takes it: with its own placeholders, and the values in their order. */
export interface CompiledStatement {
  readonly sql: string;
  readonly params: readonly unknown[];
  /** Where it was given a list of objects for its names: the values of each run, `params` being those of none. */
  readonly runs?: readonly (readonly unknown[])[];
}

/** Values as an array for `?`, `$1` and `:1`, as an object for `:name`; a list of such objects runs once for each. */
export type Params = readonly unknown[] | Readonly<Record<string, unknown>>;

/** What a value is bound for: a name, a position from 0, or the next one. */
type Slot = { readonly name: string } | { readonly index: number } | typeof NEXT;
type Piece = string | Slot;
const NEXT = Symbol('?');

/** A statement that was read: its text with the driver's placeholders, and what each of them stands for. */
interface Prepared {
  readonly text: string;
  readonly slots: readonly Slot[];
  /** The first name it has a value for. */
  readonly name: string | undefined;
  /** How many values it takes where they are given as an array. */
  readonly positions: number;
}

/** A compiler for one database. */
export function placeholderCompiler(
  rules: LexicalRules,
  placeholder: (n: number) => string,
): (sql: string, params?: Params) => CompiledStatement {
  const prepared = keepAnswers((sql) => prepare(split(sql, rules), placeholder));
  return (sql, params) => {
    if (params === undefined) return { sql, params: [] };
    const statement = prepared(sql);
    const { text, name } = statement;
    if (name === undefined || !Array.isArray(params))
      return { sql: text, params: bind(sql, statement, params) };
    const rows = rowsOf(sql, name, params as readonly unknown[]);
    return { sql: text, params: [], runs: rows.map((row, i) => bind(sql, statement, row, i + 1)) };
  };
}

/** @throws ArgumentError for a list that is empty or holds something else than objects. */
function rowsOf(
  sql: string,
  name: string,
  list: readonly unknown[],
): readonly Readonly<Record<string, unknown>>[] {
  if (list.length > 0 && list.every(isPlain)) return list;
  const given = list.length === 0 ? 'an empty list' : 'a list that holds something else';
  throw new ArgumentError(
    `The statement needs a value for :${name}: pass { ${name}: … }, or a list of such objects, for each of which it runs once; not ${given}. Statement: ${sql}`,
  );
}

function prepare(pieces: readonly Piece[], placeholder: (n: number) => string): Prepared {
  const slots: Slot[] = [];
  const text = pieces.map((piece) =>
    typeof piece === 'string' ? piece : placeholder(slots.push(piece)),
  );
  const named = slots.find(
    (slot): slot is { readonly name: string } => slot !== NEXT && 'name' in slot,
  );
  const positions = new Set(
    slots.map((slot, i) => (slot !== NEXT && 'index' in slot ? slot.index : i)),
  );
  return { text: text.join(''), slots, name: named?.name, positions: positions.size };
}

/** @param run which of several runs it is for, from 1. */
function bind(
  sql: string,
  { slots, positions }: Prepared,
  params: Params,
  run?: number,
): unknown[] {
  const values = Array.isArray(params) ? (params as readonly unknown[]) : undefined;
  const named = values ? undefined : (params as Readonly<Record<string, unknown>>);
  const bound: unknown[] = [];
  let next = 0;
  for (const slot of slots) {
    if (slot !== NEXT && 'name' in slot) {
      if (!named || !(slot.name in named)) {
        throw new ArgumentError(
          `The statement needs a value for :${slot.name}${inList(run)}: pass { ${slot.name}: … }. Statement: ${sql}`,
        );
      }
      const value = named[slot.name];
      if (value === undefined) throw undefinedValue(`:${slot.name}${inList(run)}`);
      bound.push(value);
    } else {
      const index = slot === NEXT ? next++ : slot.index;
      if (!values || index >= values.length) {
        throw new ArgumentError(
          `The statement needs ${values ? `at least ${index + 1} values but got ${values.length}` : 'an array of values'}. Statement: ${sql}`,
        );
      }
      const value = values[index];
      if (value === undefined) throw undefinedValue(`number ${index + 1}`);
      bound.push(value);
    }
  }
  if (values && positions !== values.length) {
    throw new ArgumentError(
      `The statement uses ${positions} of the ${values.length} values it was given. Statement: ${sql}`,
    );
  }
  return bound;
}

function inList(run: number | undefined): string {
  return run === undefined ? '' : ` in number ${run} of the list`;
}

function undefinedValue(which: string): ArgumentError {
  return new ArgumentError(
    `The value for parameter ${which} is undefined: pass null to store NULL.`,
  );
}

/** Cuts a statement into its text and its placeholders. */
function split(sql: string, rules: LexicalRules): Piece[] {
  const pieces: Piece[] = [];
  const marks: number[] = [];
  let from = 0;
  for (const { kind, start, end } of scan(sql, rules)) {
    if (kind !== 'placeholder') continue;
    if (start > from) pieces.push(sql.slice(from, start));
    const piece = slotOf(sql.slice(start, end));
    if (piece === NEXT) marks.push(pieces.length);
    pieces.push(piece);
    from = end;
  }
  if (from < sql.length) pieces.push(sql.slice(from));
  const numbered = pieces.some((piece) => typeof piece === 'object');
  if (numbered) for (const at of marks) pieces[at] = '?';
  return pieces;
}

function slotOf(placeholder: string): Slot {
  const name = placeholder.slice(1);
  if (name === '') return NEXT;
  return /^\d+$/.test(name) ? { index: Number(name) - 1 } : { name };
}

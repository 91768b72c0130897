/**
 * A statement with its values left out: the same text for statements that differ in their values alone. Strings, numbers and
 * placeholders become `?`, lists of values one `?`; comments are dropped and white space is folded, so that nothing of what a
 * client has sent is left in it.
 */
import type { LexicalRules, Token } from './tokens';
import { scan } from './tokens';

const VALUE = '?';
const LIST = '(?)';
/** What begins a list of values. */
const BEFORE_LIST = new Set(['IN', 'VALUES', 'VALUE']);
/** Words that stand for values in a list. */
const CONSTANTS = new Set(['NULL', 'DEFAULT', 'TRUE', 'FALSE']);

interface Piece {
  readonly text: string;
  /** Whether white space or a comment stands before it. */
  readonly spaced: boolean;
}

export function shapeOf(sql: string, rules: LexicalRules): string {
  const pieces: Piece[] = [];
  let spaced = false;
  for (const token of scan(sql, rules)) {
    const text = textOf(token, sql);
    if (text === undefined) spaced = true;
    else {
      pieces.push({ text, spaced });
      spaced = false;
    }
  }
  return foldLists(pieces)
    .map((piece, i) => (piece.spaced && i > 0 ? ` ${piece.text}` : piece.text))
    .join('');
}

/** Undefined for what only separates. */
function textOf({ kind, start, end }: Token, sql: string): string | undefined {
  if (kind === 'space' || kind === 'comment' || kind === 'executable') return undefined;
  if (kind === 'string' || kind === 'number' || kind === 'placeholder') return VALUE;
  return sql.slice(start, end);
}

/** `IN (?, ?, ?)` and `VALUES (?, ?), (?, ?)` are `IN (?)` and `VALUES (?)`. */
function foldLists(pieces: readonly Piece[]): Piece[] {
  const folded: Piece[] = [];
  for (let at = 0; at < pieces.length; ) {
    const piece = pieces[at] as Piece;
    const end = piece.text === '(' && mayBeginList(folded) ? endOfList(pieces, at) : undefined;
    if (end === undefined) {
      folded.push(piece);
      at++;
      continue;
    }
    if (folded.at(-1)?.text === ',')
      folded.pop(); // another row
    else folded.push({ text: LIST, spaced: piece.spaced });
    at = end;
  }
  return folded;
}

function mayBeginList(before: readonly Piece[]): boolean {
  const last = before.at(-1)?.text ?? '';
  return BEFORE_LIST.has(last.toUpperCase()) || (last === ',' && before.at(-2)?.text === LIST);
}

/** Where the list that begins at `start` is over; undefined where something else than values stands in it. */
function endOfList(pieces: readonly Piece[], start: number): number | undefined {
  for (let at = start + 1; at < pieces.length; at++) {
    const text = pieces[at]?.text ?? '';
    if (text === ')') return at + 1;
    const isValue =
      text === VALUE || text === ',' || text === '-' || CONSTANTS.has(text.toUpperCase());
    if (!isValue) return undefined;
  }
  return undefined;
}

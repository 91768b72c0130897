/**
 * Cuts a statement into strings, quoted names, comments, words, numbers, placeholders and symbols, by the rules of
 * one database. The tokens cover the text without a gap; a literal whose end is missing reaches to the end.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 * @see https://mariadb.com/kb/en/comment-syntax/
 * @see https://www.sqlite.org/lang_keywords.html
 */

/** In what databases differ when they read a text. */
export interface LexicalRules {
  /** `\'` does not end a string (MariaDB). */
  readonly backslashEscapes: boolean;
  /** `E'…'` is a string with backslash escapes (PostgreSQL). */
  readonly escapeStrings: boolean;
  /** `"…"` is a string; elsewhere it is a name. */
  readonly doubleQuotedStrings: boolean;
  /** `` `…` `` is a name. */
  readonly backticks: boolean;
  /** `[…]` is a name (SQLite). */
  readonly brackets: boolean;
  /** `$$…$$` and `$tag$…$tag$` are strings (PostgreSQL). */
  readonly dollarQuotes: boolean;
  /** A comment in a comment has an end of its own (PostgreSQL). */
  readonly nestedComments: boolean;
  /** `#` begins a comment (MariaDB). */
  readonly hashComments: boolean;
  /** `--` begins a comment only before white space (MariaDB). */
  readonly dashesNeedSpace: boolean;
  /** A carriage return ends a line's comment as well (PostgreSQL). */
  readonly carriageReturnEndsComment: boolean;
  /** The server runs what stands in a comment that begins with `/*!` or `/*M!`, if its version fits (MariaDB). */
  readonly executableComments: boolean;
  /** `?1`, `@name` and `$name` are placeholders (SQLite). */
  readonly namedVariables: boolean;
  /** The body of a procedure, function, trigger or event is SQL as it is, with semicolons in it (MariaDB). */
  readonly plainBodies: boolean;
  /** A text may consist of several statements (PostgreSQL). */
  readonly severalStatements: boolean;
}

/** `executable`: where a comment that the server runs begins or ends. */
export type TokenKind =
  | 'space'
  | 'comment'
  | 'executable'
  | 'string'
  | 'name'
  | 'word'
  | 'number'
  | 'placeholder'
  | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** False for a string, quoted name or comment whose end is missing. */
  readonly closed: boolean;
}

const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const PLACEHOLDER = /:[\p{L}_][\p{L}\p{N}_]*|[:$]\d+|\?/uy;
const VARIABLE = /\?\d*|[:@$][\w\u0080-\uffff]+/y;
const EXECUTABLE = /\/\*M?!\d{0,6}/y;
/** Behind a string of PostgreSQL: it goes on after a new line. */
const CONTINUED = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:\s|--[^\n\r]*[\n\r])*'/y;

/** @returns its tokens in order: joined, they are `sql`. */
export function scan(sql: string, rules: LexicalRules): Token[] {
  const tokens: Token[] = [];
  let executable = false;
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at, rules, executable);
    if (token.kind === 'executable') executable = !executable;
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** @param executable whether a comment that the server runs is open */
export function tokenAt(sql: string, at: number, rules: LexicalRules, executable: boolean): Token {
  const classes = classesOf(sql.charCodeAt(at));
  if (classes & SPACE) return token('space', at, endOf(sql, at + 1, SPACE));
  if (classes & WORD_START) return wordAt(sql, at, rules);
  if (classes & DIGIT) return token('number', at, endOf(sql, at + 1, NUMBER));
  switch (sql.charAt(at)) {
    case "'":
      return quoted('string', sql, at, rules.backslashEscapes);
    case '"':
      return rules.doubleQuotedStrings
        ? quoted('string', sql, at, rules.backslashEscapes)
        : quoted('name', sql, at, false);
    case '`':
      if (rules.backticks) return quoted('name', sql, at, false);
      break;
    case '[':
      if (rules.brackets) return until('name', sql, at, ']', at + 1);
      break;
    case '-':
      if (sql[at + 1] === '-' && (!rules.dashesNeedSpace || isBlank(sql.charCodeAt(at + 2))))
        return lineComment(sql, at, rules);
      break;
    case '#':
      if (rules.hashComments) return lineComment(sql, at, rules);
      break;
    case '/':
      if (sql[at + 1] === '*') return commentAt(sql, at, rules);
      break;
    case '*':
      if (executable && sql[at + 1] === '/') return token('executable', at, at + 2);
      break;
    case '$': {
      const tag = rules.dollarQuotes && !isBehindWord(sql, at) && match(DOLLAR_TAG, sql, at);
      if (tag) return until('string', sql, at, tag, at + tag.length);
      return placeholderAt(sql, at, rules);
    }
    case ':':
    case '?':
    case '@':
      return placeholderAt(sql, at, rules);
  }
  return token('symbol', at, at + 1);
}

function wordAt(sql: string, at: number, rules: LexicalRules): Token {
  const end = endOf(sql, at + 1, WORD);
  const isEscape = rules.escapeStrings && end === at + 1 && (sql[at] === 'e' || sql[at] === 'E');
  if (!isEscape || sql[end] !== "'") return token('word', at, end);
  let string = quoted('string', sql, end, true);
  for (;;) {
    const continuation = string.closed && match(CONTINUED, sql, string.end);
    if (!continuation) return token('string', at, string.end, string.closed);
    string = quoted('string', sql, string.end + continuation.length - 1, true);
  }
}

/** A cast's two colons are one symbol, and what follows a letter is part of it (`x[1:2]`, `a$1`). */
function placeholderAt(sql: string, at: number, rules: LexicalRules): Token {
  if (sql[at] === ':' && sql[at + 1] === ':') return token('symbol', at, at + 2);
  const previous = sql[at - 1];
  const separate =
    sql[at] === '?' || !(previous === ':' || previous === '\\' || isBehindWord(sql, at));
  const found = separate && match(rules.namedVariables ? VARIABLE : PLACEHOLDER, sql, at);
  return found ? token('placeholder', at, at + found.length) : token('symbol', at, at + 1);
}

function quoted(kind: TokenKind, sql: string, start: number, backslashes: boolean): Token {
  const opening = start;
  const quote = sql[opening] as string;
  for (let at = opening + 1; ; at++) {
    const end = sql.indexOf(quote, at);
    const escape = backslashes ? sql.indexOf('\\', at) : -1;
    if (escape >= 0 && (end < 0 || escape < end)) at = escape + 1;
    else if (end < 0) return token(kind, start, sql.length, false);
    else if (sql[end + 1] !== quote) return token(kind, start, end + 1);
    else at = end + 1;
  }
}

function lineComment(sql: string, start: number, rules: LexicalRules): Token {
  const line = sql.indexOf('\n', start);
  const end = line < 0 ? sql.length : line + 1;
  const cut = rules.carriageReturnEndsComment ? sql.slice(start, end).indexOf('\r') : -1;
  return token('comment', start, cut < 0 ? end : start + cut + 1);
}

function commentAt(sql: string, start: number, rules: LexicalRules): Token {
  const opening = rules.executableComments && match(EXECUTABLE, sql, start);
  if (opening) return token('executable', start, start + opening.length);
  if (!rules.nestedComments) return until('comment', sql, start, '*/', start + 2);
  for (let at = start + 2, depth = 1; ; ) {
    const end = sql.indexOf('*/', at);
    if (end < 0) return token('comment', start, sql.length, false);
    const inner = sql.indexOf('/*', at);
    const opens = inner >= 0 && inner < end;
    depth += opens ? 1 : -1;
    at = (opens ? inner : end) + 2;
    if (depth === 0) return token('comment', start, at);
  }
}

function until(kind: TokenKind, sql: string, start: number, closing: string, from: number): Token {
  const at = sql.indexOf(closing, from);
  return at < 0 ? token(kind, start, sql.length, false) : token(kind, start, at + closing.length);
}

function token(kind: TokenKind, start: number, end: number, closed = true): Token {
  return { kind, start, end, closed };
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** @param classes what its characters are */
function endOf(sql: string, from: number, classes: number): number {
  let at = from;
  while (at < sql.length && classesOf(sql.charCodeAt(at)) & classes) at++;
  return at;
}

function isBehindWord(sql: string, at: number): boolean {
  return at > 0 && (classesOf(sql.charCodeAt(at - 1)) & WORD) > 0;
}

/** What MariaDB wants behind `--`: white space, a control character or the end. */
function isBlank(code: number): boolean {
  return code <= 32 || code === 127 || Number.isNaN(code);
}

/** What a character may be, or be a part of: one bit each. */
const SPACE = 1;
const WORD_START = 2;
const WORD = 4;
const DIGIT = 8;
const NUMBER = 16;
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[ \t-\r]/.test(character)) return SPACE;
  if (/[A-Za-z_]/.test(character)) return WORD_START | WORD | NUMBER;
  if (/\d/.test(character)) return WORD | DIGIT | NUMBER;
  if (character === '$') return WORD;
  return character === '.' ? NUMBER : 0;
});

/** Letters are those of every alphabet, as the servers see them: all that is not ASCII. */
function classesOf(code: number): number {
  if (code < 128) return CLASSES[code] as number;
  // The mark of byte order, which SQLite skips.
  return code === 0xfeff ? SPACE | WORD | NUMBER : WORD_START | WORD | NUMBER;
}

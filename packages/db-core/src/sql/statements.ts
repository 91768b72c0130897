/** The statements of a text, each without white space and comments. */
import type { LexicalRules, TokenKind } from './tokens';
import { scan, tokenAt } from './tokens';

/** A token that means something. */
export interface Lexeme {
  readonly kind: TokenKind;
  /** A word in upper case; everything else as it was written. */
  readonly text: string;
  readonly written: string;
}

export interface Reading {
  /** Empty ones are left out. */
  readonly statements: readonly (readonly Lexeme[])[];
  /** Whether every literal and comment has its end. */
  readonly closed: boolean;
  /** Whether there are comments that the server may run. */
  readonly executable: boolean;
}

/** What has a body with statements of its own. */
const PROGRAMS = new Set(['TRIGGER', 'PROCEDURE', 'FUNCTION', 'EVENT', 'PACKAGE']);
/** What has none, though its name or a column may be called so. */
const OBJECTS = new Set(['TABLE', 'INDEX', 'VIEW', 'TYPE', 'SEQUENCE']);
/** Blocks that END closes together with their own word. */
const BLOCKS = new Set(['IF', 'LOOP', 'WHILE', 'REPEAT', 'FOR']);

export function readStatements(sql: string, rules: LexicalRules): Reading {
  const statements: Lexeme[][] = [];
  let closed = true;
  let executable = false;
  let current: Lexeme[] = [];
  const nesting = new Nesting(rules);
  for (const { kind, start, end, closed: ends } of scan(sql, rules)) {
    if (!ends) closed = false;
    if (kind === 'executable') executable = true;
    if (kind === 'space' || kind === 'comment' || kind === 'executable') continue;
    const written = sql.slice(start, end);
    if (written === ';' && !nesting.isOpen) {
      if (current.length > 0) statements.push(current);
      current = [];
      nesting.clear();
    } else {
      const text = kind === 'word' ? upperCase(written) : written;
      const lexeme = { kind, text, written };
      nesting.enter(lexeme, current);
      current.push(lexeme);
    }
  }
  if (current.length > 0) statements.push(current);
  return { statements, closed, executable };
}

/** The first word in upper case, behind comments and parentheses; empty where another token comes first. */
export function firstWord(sql: string, rules: LexicalRules): string {
  for (let at = 0; at < sql.length; ) {
    const { kind, start, end } = tokenAt(sql, at, rules, false);
    if (kind === 'word') return upperCase(sql.slice(start, end));
    if (kind !== 'space' && kind !== 'comment' && sql[start] !== '(') return '';
    at = end;
  }
  return '';
}

/** Key words are ASCII; `toUpperCase` would make some out of other letters. */
function upperCase(word: string): string {
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) > 127) return word;
  return word.toUpperCase();
}

function makesProgram(word: string, before: readonly Lexeme[]): boolean {
  const verb = before[0]?.text;
  if (verb !== 'CREATE' && verb !== 'ALTER') return false;
  return PROGRAMS.has(word) && !before.some(({ text }) => OBJECTS.has(text));
}

/** Where a semicolon ends no statement: in parentheses (`CREATE RULE`), in the body of a trigger or a function. */
class Nesting {
  readonly #plainBodies: boolean;
  #parentheses = 0;
  #blocks = 0;
  /** Whether this statement makes something that may have a body. */
  #program = false;

  constructor({ plainBodies }: LexicalRules) {
    this.#plainBodies = plainBodies;
  }

  get isOpen(): boolean {
    return (this.#program && this.#plainBodies) || this.#parentheses > 0 || this.#blocks > 0;
  }

  clear(): void {
    this.#parentheses = this.#blocks = 0;
    this.#program = false;
  }

  enter({ kind, text }: Lexeme, before: readonly Lexeme[]): void {
    if (text === '(') this.#parentheses++;
    else if (text === ')') this.#parentheses = Math.max(0, this.#parentheses - 1);
    else if (kind !== 'word') return;
    else if (!this.#program) {
      this.#program = makesProgram(text, before);
    } else this.#enterBody(text, before.at(-1)?.text === 'END');
  }

  #enterBody(word: string, afterEnd: boolean): void {
    if (word === 'BEGIN' || (word === 'CASE' && this.#blocks > 0 && !afterEnd)) this.#blocks++;
    else if (word === 'END') this.#blocks = Math.max(0, this.#blocks - 1);
    else if (afterEnd && BLOCKS.has(word)) this.#blocks++; // END IF closes what BEGIN did not open
  }
}

/**
 * Transaction control, which a connection carries out itself. A statement is understood as a whole or not at all:
 * what stood behind the control words would be swallowed together with them.
 */
import type { IsolationLevel } from './transaction-options';
import type { Lexeme } from './statements';

export interface TransactionControl {
  readonly op:
    | 'begin'
    | 'commit'
    | 'rollback'
    | 'savepoint'
    | 'release'
    | 'rollback-to'
    | 'set-transaction';
  /** The savepoint, as the library wrote it. */
  readonly name?: string;
  readonly isolationLevel?: IsolationLevel;
  readonly readOnly?: boolean;
  /** SQLite's BEGIN IMMEDIATE or EXCLUSIVE. */
  readonly immediate?: boolean;
}

/** First words of transaction control; START and SET begin other statements too. */
export const CONTROL_VERBS: ReadonlySet<string> = new Set(
  'BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE SET'.split(' '),
);

/** Whether the statement controls the transaction, in a way that {@link parseControl} understands or not. */
export function isControl([first, second, third]: readonly Lexeme[]): boolean {
  switch (first?.text) {
    case 'START':
      return second?.text === 'TRANSACTION';
    case 'SET':
      return (
        second?.text === 'TRANSACTION' ||
        (third?.text === 'TRANSACTION' && /^(?:LOCAL|SESSION)$/.test(second?.text ?? ''))
      );
    default:
      return first?.kind === 'word' && CONTROL_VERBS.has(first.text);
  }
}

/** What a statement that is control asks for; undefined where a connection cannot follow it. */
export function parseControl(statement: readonly Lexeme[]): TransactionControl | undefined {
  const words = new Words(statement);
  const control = parse(words);
  return words.atEnd ? control : undefined;
}

function parse(words: Words): TransactionControl | undefined {
  switch (words.next()) {
    case 'BEGIN': {
      const immediate = words.skip('IMMEDIATE') || words.skip('EXCLUSIVE');
      if (!immediate) words.skip('DEFERRED', 'CONCURRENT');
      words.skip('TRANSACTION', 'WORK');
      return { op: 'begin', ...modes(words), ...(immediate && { immediate }) };
    }
    case 'START':
      return words.skip('TRANSACTION') ? { op: 'begin', ...modes(words) } : undefined;
    case 'SET':
      words.skip('LOCAL');
      return words.skip('TRANSACTION') ? { op: 'set-transaction', ...modes(words) } : undefined;
    case 'COMMIT':
    case 'END':
      words.skip('TRANSACTION', 'WORK');
      return { op: 'commit' };
    case 'ABORT':
      words.skip('TRANSACTION', 'WORK');
      return { op: 'rollback' };
    case 'ROLLBACK':
      words.skip('TRANSACTION', 'WORK');
      if (!words.skip('TO')) return { op: 'rollback' };
      words.skip('SAVEPOINT');
      return named('rollback-to', words);
    case 'SAVEPOINT':
      return named('savepoint', words);
    case 'RELEASE':
      words.skip('SAVEPOINT');
      return named('release', words);
    default:
      return undefined;
  }
}

function named(op: TransactionControl['op'], words: Words): TransactionControl | undefined {
  const name = words.name();
  return name === undefined ? undefined : { op, name };
}

type Modes = Pick<TransactionControl, 'isolationLevel' | 'readOnly'>;

function modes(words: Words): Modes {
  let found: Modes = {};
  for (let more = true; more; ) {
    words.skip(',');
    if (words.skip('ISOLATION')) {
      const isolationLevel = words.skip('LEVEL') ? words.level() : undefined;
      if (!isolationLevel) return found;
      found = { ...found, isolationLevel };
    } else if (words.skipAll('READ', 'ONLY')) found = { ...found, readOnly: true };
    else {
      more =
        words.skipAll('READ', 'WRITE') ||
        words.skipAll('NOT', 'DEFERRABLE') ||
        words.skip('DEFERRABLE') ||
        words.skipAll('WITH', 'CONSISTENT', 'SNAPSHOT');
    }
  }
  return found;
}

const LEVELS: readonly IsolationLevel[] = [
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
];

/** A statement, read from left to right. */
class Words {
  readonly #lexemes: readonly Lexeme[];
  #at = 0;

  constructor(lexemes: readonly Lexeme[]) {
    this.#lexemes = lexemes;
  }

  get atEnd(): boolean {
    return this.#at === this.#lexemes.length;
  }

  next(): string | undefined {
    return this.#lexemes[this.#at++]?.text;
  }

  /** Whether one of these comes next, which is passed then. */
  skip(...texts: readonly string[]): boolean {
    const found = texts.includes(this.#lexemes[this.#at]?.text ?? '');
    if (found) this.#at++;
    return found;
  }

  /** Whether all of these come next, which are passed then. */
  skipAll(...texts: readonly string[]): boolean {
    const found = texts.every((text, i) => this.#lexemes[this.#at + i]?.text === text);
    if (found) this.#at += texts.length;
    return found;
  }

  level(): IsolationLevel | undefined {
    return LEVELS.find((level) => this.skipAll(...level.split(' ')));
  }

  /** The savepoint's name as it was written. */
  name(): string | undefined {
    const lexeme = this.#lexemes[this.#at];
    if (!lexeme || !['word', 'name', 'string'].includes(lexeme.kind)) return undefined;
    this.#at++;
    return lexeme.written;
  }
}

/**
 * What a statement is. This is the one place that reads its text: connections, facades, dialects and
 * observers ask `describe(sql)`, and no other file looks into a statement.
 */
import type { TransactionControl } from './control';
import type { Lexeme, Reading } from './statements';
import type { Target } from './target';
import type { LexicalRules, TokenKind } from './tokens';
import { InvalidRequestError } from '../errors/errors';
import { CONTROL_VERBS, isControl, parseControl } from './control';
import {
  mayUseConnectionState,
  needsOwnConnection,
  readsSchema,
  pragmaSet,
  usesConnectionState,
} from './connection-state';
import { commitsByItself } from './implicit-commit';
import { isPlainRead } from './plain-read';
import { shapeOf } from './shape';
import { firstWord, readStatements } from './statements';
import { summaryOf } from './summary';
import { targetOf } from './target';
import { keepAnswers, keepLast } from './text-cache';
import { scan } from './tokens';

export type { TransactionControl } from './control';

/** @param rules those of the database. What was read is kept for the last thousand texts. */
export function createStatementReader(rules: LexicalRules): (sql: string) => Statement {
  const read = keepLast((sql) => readStatements(sql, rules));
  return keepAnswers((sql) => new Statement(sql, rules, read));
}

/** A string, a name, a word, white space … of a statement. */
export interface StatementPiece {
  readonly kind: TokenKind;
  readonly text: string;
}

/** What it has to do with transaction control. */
interface Control {
  readonly asked: TransactionControl | undefined;
  /** Whether it stands beside something else, or is of a kind that a connection cannot follow. */
  readonly mixed: boolean;
  readonly leavesOpen: boolean;
}

const READS = new Set(['SELECT', 'VALUES', 'EXPLAIN']);
const ON_ROWS = new Set(['SELECT', 'VALUES', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'MERGE']);
const PREPARABLE = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH']);
const CHANGES_SCHEMA = new Set(['ALTER', 'CREATE', 'DROP', 'TRUNCATE', 'REINDEX', 'COMMENT']);
const STANDS_OUTSIDE = new Set(['PRAGMA', 'VACUUM', 'ATTACH', 'DETACH', 'ANALYZE', 'EXPLAIN']);

/** A text that is sent to the database, usually one statement. */
export class Statement {
  readonly text: string;
  /** The first word in upper case, behind comments and parentheses; empty where another token comes first. */
  readonly verb: string;
  readonly #rules: LexicalRules;
  readonly #read: (sql: string) => Reading;
  readonly #mayControl: boolean;
  #controlOfText: Control | undefined;
  #several: boolean | undefined;
  #isPlainRead: boolean | undefined;
  #isPreparable: boolean | undefined;
  #endsImplicitly: boolean | undefined;
  #returnsRows: boolean | undefined;
  #changesSchema: boolean | undefined;
  #usesConnectionState: boolean | undefined;
  #hasLiterals: boolean | undefined;
  #selectsStar: boolean | undefined;
  #target: Target | null | undefined;
  #shape: string | undefined;
  #summary: string | undefined;

  /** @param read the statements of a text; asked for once for all that is wanted to be known of a new text */
  constructor(text: string, rules: LexicalRules, read: (sql: string) => Reading) {
    this.text = text;
    this.verb = firstWord(text, rules);
    this.#rules = rules;
    this.#read = read;
    // Almost every statement is known not to be control before it is read as a whole.
    this.#mayControl = this.verb === '' || CONTROL_VERBS.has(this.verb) || hasInnerSemicolon(text);
  }

  /**
   * The transaction control that it asks for; undefined for every other statement.
   *
   * @throws InvalidRequestError for control among several statements, or of a kind that would change the
   *   connection behind the session's back (`COMMIT AND CHAIN`, `SET SESSION …`).
   */
  get control(): TransactionControl | undefined {
    if (!this.#mayControl) return undefined;
    if (!this.#control.mixed) return this.#control.asked;
    throw new InvalidRequestError(
      `The statement '${excerpt(this.text)}' mixes transaction control with something this connection cannot follow. ` +
        `Send one statement at a time, and control the transaction with begin(), commit(), rollback() and beginNested().`,
    );
  }

  /** Whether it consists of several statements, some of which control the transaction. */
  get isScript(): boolean {
    return this.#mayControl && this.#control.mixed && this.several;
  }

  /** Whether what comes after it belongs to the same connection: BEGIN, SET TRANSACTION, a script that ends in a transaction. */
  get opens(): boolean {
    return this.#mayControl && this.#control.leavesOpen;
  }

  /** Whether it is about the transaction that begins next. */
  get isSetTransaction(): boolean {
    return this.#mayControl && this.#control.asked?.op === 'set-transaction';
  }

  /** Whether MariaDB commits by itself when it runs. */
  get endsImplicitly(): boolean {
    return (this.#endsImplicitly ??= this.#statements.some(commitsByItself));
  }

  /** Whether it certainly reads and does nothing else, locks included. */
  get isPlainRead(): boolean {
    return (this.#isPlainRead ??= readsOnly(this.#reading));
  }

  /** Whether SQLite answers it with rows. */
  get returnsRows(): boolean {
    return (this.#returnsRows ??= returnsRows(this.#first));
  }

  /** Whether there is more than one statement in it. */
  get several(): boolean {
    return (this.#several ??= this.#statements.length > 1);
  }

  /** Whether it is one statement that reads or changes rows, which may be prepared under a name. */
  get isPreparable(): boolean {
    return (this.#isPreparable ??= this.#isWhole && PREPARABLE.has(this.#first[0]?.text ?? ''));
  }

  get changesSchema(): boolean {
    return (this.#changesSchema ??= this.#statements.some(([first]) =>
      CHANGES_SCHEMA.has(first?.text ?? ''),
    ));
  }

  /** Whether it leaves something on its connection beyond the transaction, or looks for it: settings, locks, variables. */
  get usesConnectionState(): boolean {
    return (this.#usesConnectionState ??=
      mayUseConnectionState(this.verb, this.text) && this.#statements.some(usesConnectionState));
  }

  /** Its verb where it needs a connection that no pool takes back (PostgreSQL). */
  get needsOwnConnection(): 'LISTEN' | 'COPY' | undefined {
    return this.verb === 'LISTEN' || this.verb === 'COPY'
      ? needsOwnConnection(this.#first)
      : undefined;
  }

  /** Whether strings or numbers stand in it. */
  get hasLiterals(): boolean {
    return (this.#hasLiterals ??= this.#statements.some((each) => each.some(isLiteral)));
  }

  /** Whether a `*` in it stands for the columns that a table has now; `count(*)` does not. */
  get selectsStar(): boolean {
    return (this.#selectsStar ??= this.#statements.some(selectsStar));
  }

  /** Whether a placeholder stands for what LIMIT or OFFSET says. */
  get hasLimitParameter(): boolean {
    return this.#statements.some(hasLimitParameter);
  }

  /** Which pragma of the connection it sets, if it does nothing else (SQLite). */
  get pragmaSet(): string | undefined {
    return this.verb === 'PRAGMA' && this.#isWhole ? pragmaSet(this.#first) : undefined;
  }

  /** Whether it is one pragma that is answered from the schema of the main database (SQLite). */
  get readsSchema(): boolean {
    return this.verb === 'PRAGMA' && this.#isWhole && readsSchema(this.#first);
  }

  /** The table whose rows it writes, where it is an INSERT, REPLACE or UPDATE. */
  get target(): Target | undefined {
    if (this.#target === undefined) this.#target = targetOf(this.#first) ?? null;
    return this.#target ?? undefined;
  }

  /** Whether it changes the connection, or needs to stand outside a transaction (SQLite). */
  get standsOutside(): boolean {
    return STANDS_OUTSIDE.has(this.verb);
  }

  /** Its text with the values left out: the same for statements that differ in their values alone. */
  get shape(): string {
    return (this.#shape ??= shapeOf(this.text, this.#rules));
  }

  /** What it does, for people and for statistics: `SELECT users`; see {@link summaryOf}. */
  get summary(): string {
    return (this.#summary ??= summaryOf(this.#statements));
  }

  /** Its text cut into pieces, for showing: joined, they are the text. */
  get pieces(): readonly StatementPiece[] {
    return scan(this.text, this.#rules).map(({ kind, start, end }) => ({
      kind,
      text: this.text.slice(start, end),
    }));
  }

  get #reading(): Reading {
    return this.#read(this.text);
  }

  get #statements(): Reading['statements'] {
    return this.#reading.statements;
  }

  get #first(): readonly Lexeme[] {
    return this.#statements[0] ?? [];
  }

  /** Whether it is one statement, and certain. */
  get #isWhole(): boolean {
    return !this.several && !isInDoubt(this.#reading);
  }

  get #control(): Control {
    if (this.#controlOfText) return this.#controlOfText;
    const controls = controlsOf(this.text, this.#rules, this.#reading);
    const asked = controls.length > 0 && this.#isWhole ? parseControl(this.#first) : undefined;
    return (this.#controlOfText = {
      asked,
      mixed: controls.length > 0 && !asked,
      leavesOpen: leavesOpen(controls),
    });
  }
}

/** Where a literal has no end, or the server's version decides what runs. */
function isInDoubt({ closed, executable }: Reading): boolean {
  return executable || !closed;
}

function hasLimitParameter(statement: readonly Lexeme[]): boolean {
  return statement.some(({ kind }, i) => {
    const word = kind === 'placeholder' ? statement[i - 1]?.text : undefined;
    return word === 'LIMIT' || word === 'OFFSET';
  });
}

function readsOnly(reading: Reading): boolean {
  const [first = [], ...others] = reading.statements;
  return others.length === 0 && !isInDoubt(reading) && isPlainRead(first);
}

/** The statements that control the transaction, whether the server runs what stands in its comments or not. */
function controlsOf(sql: string, rules: LexicalRules, reading: Reading): Reading['statements'] {
  const skipped = reading.executable
    ? readStatements(sql, { ...rules, executableComments: false }).statements
    : [];
  return [...reading.statements, ...skipped].filter(isControl);
}

/** Whether a transaction is open, or set up, after these. */
function leavesOpen(controls: Reading['statements']): boolean {
  let open = false;
  for (const statement of controls) {
    const op = parseControl(statement)?.op;
    if (op === 'commit' || op === 'rollback') open = false;
    else if (op === undefined || op === 'begin' || op === 'set-transaction') open = true;
  }
  return open;
}

function isLiteral({ kind }: Lexeme): boolean {
  return kind === 'string' || kind === 'number';
}

function selectsStar(statement: readonly Lexeme[]): boolean {
  return statement.some(({ text }, i) => text === '*' && statement[i - 1]?.text !== '(');
}

function returnsRows(statement: readonly Lexeme[]): boolean {
  const has = (text: string): boolean => statement.some((lexeme) => lexeme.text === text);
  const verb = statement[0]?.text ?? '';
  if (verb === 'PRAGMA') return !has('=');
  return READS.has(verb === 'WITH' ? mainVerb(statement) : verb) || has('RETURNING');
}

/** What a statement with common table expressions does: its first verb outside of parentheses. */
function mainVerb(statement: readonly Lexeme[]): string {
  let depth = 0;
  for (const { text } of statement) {
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (depth === 0 && ON_ROWS.has(text)) return text;
  }
  return '';
}

function hasInnerSemicolon(text: string): boolean {
  const at = text.indexOf(';');
  return at >= 0 && at < text.trimEnd().length - 1;
}

function excerpt(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 60 ? `${trimmed.slice(0, 60)}…` : trimmed;
}

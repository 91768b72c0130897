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
import { keepAnswers } from './text-cache';
import { scan } from './tokens';

export type { TransactionControl } from './control';

/** @param rules those of the database. What was read is kept for the last thousand texts. */
export function createStatementReader(rules: LexicalRules): (sql: string) => Statement {
  return keepAnswers((sql) => new Statement(sql, rules));
}

/** A string, a name, a word, white space … of a statement. */
export interface StatementPiece {
  readonly kind: TokenKind;
  readonly text: string;
}

/** What is known once the whole text was read. */
interface Facts {
  readonly control: TransactionControl | undefined;
  readonly mixesControl: boolean;
  readonly leavesOpen: boolean;
  readonly several: boolean;
  readonly isPlainRead: boolean;
  readonly endsImplicitly: boolean;
  readonly returnsRows: boolean;
  readonly isPreparable: boolean;
  readonly changesSchema: boolean;
  readonly usesConnectionState: boolean;
  readonly needsOwnConnection: 'LISTEN' | 'COPY' | undefined;
  readonly hasLiterals: boolean;
  readonly selectsStar: boolean;
  readonly readsSchema: boolean;
  readonly pragmaSet: string | undefined;
  readonly target: Target | undefined;
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
  readonly #mayControl: boolean;
  #facts: Facts | undefined;
  #usesConnectionState: boolean | undefined;
  #shape: string | undefined;
  #summary: string | undefined;

  constructor(text: string, rules: LexicalRules) {
    this.text = text;
    this.verb = firstWord(text, rules);
    this.#rules = rules;
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
    if (!this.#known.mixesControl) return this.#known.control;
    throw new InvalidRequestError(
      `The statement '${excerpt(this.text)}' mixes transaction control with something this connection cannot follow. ` +
        `Send one statement at a time, and control the transaction with begin(), commit(), rollback() and beginNested().`,
    );
  }

  /** Whether it consists of several statements, some of which control the transaction. */
  get isScript(): boolean {
    return this.#mayControl && this.#known.mixesControl && this.#known.several;
  }

  /** Whether what comes after it belongs to the same connection: BEGIN, SET TRANSACTION, a script that ends in a transaction. */
  get opens(): boolean {
    return this.#mayControl && this.#known.leavesOpen;
  }

  /** Whether it is about the transaction that begins next. */
  get isSetTransaction(): boolean {
    return this.#mayControl && this.#known.control?.op === 'set-transaction';
  }

  /** Whether MariaDB commits by itself when it runs. */
  get endsImplicitly(): boolean {
    return this.#known.endsImplicitly;
  }

  /** Whether it certainly reads and does nothing else, locks included. */
  get isPlainRead(): boolean {
    return this.#known.isPlainRead;
  }

  /** Whether SQLite answers it with rows. */
  get returnsRows(): boolean {
    return this.#known.returnsRows;
  }

  /** Whether there is more than one statement in it. */
  get several(): boolean {
    return this.#known.several;
  }

  /** Whether it is one statement that reads or changes rows, which may be prepared under a name. */
  get isPreparable(): boolean {
    return this.#known.isPreparable;
  }

  get changesSchema(): boolean {
    return this.#known.changesSchema;
  }

  /** Whether it leaves something on its connection beyond the transaction, or looks for it: settings, locks, variables. */
  get usesConnectionState(): boolean {
    return (this.#usesConnectionState ??=
      mayUseConnectionState(this.verb, this.text) && this.#known.usesConnectionState);
  }

  /** Its verb where it needs a connection that no pool takes back (PostgreSQL). */
  get needsOwnConnection(): 'LISTEN' | 'COPY' | undefined {
    return this.verb === 'LISTEN' || this.verb === 'COPY'
      ? this.#known.needsOwnConnection
      : undefined;
  }

  /** Whether strings or numbers stand in it. */
  get hasLiterals(): boolean {
    return this.#known.hasLiterals;
  }

  /** Whether a `*` in it stands for the columns that a table has now; `count(*)` does not. */
  get selectsStar(): boolean {
    return this.#known.selectsStar;
  }

  /** Which pragma of the connection it sets, if it does nothing else (SQLite). */
  get pragmaSet(): string | undefined {
    return this.verb === 'PRAGMA' ? this.#known.pragmaSet : undefined;
  }

  /** Whether it is one pragma that is answered from the schema of the main database (SQLite). */
  get readsSchema(): boolean {
    return this.verb === 'PRAGMA' && this.#known.readsSchema;
  }

  /** The table whose rows it writes, where it is an INSERT, REPLACE or UPDATE. */
  get target(): Target | undefined {
    return this.#known.target;
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
    return (this.#summary ??= summaryOf(readStatements(this.text, this.#rules).statements));
  }

  /** Its text cut into pieces, for showing: joined, they are the text. */
  get pieces(): readonly StatementPiece[] {
    return scan(this.text, this.#rules).map(({ kind, start, end }) => ({
      kind,
      text: this.text.slice(start, end),
    }));
  }

  get #known(): Facts {
    return (this.#facts ??= factsOf(this.text, this.#rules));
  }
}

function factsOf(sql: string, rules: LexicalRules): Facts {
  const reading = readStatements(sql, rules);
  const { statements } = reading;
  const [first = []] = statements;
  const several = statements.length > 1;
  const isWhole = !several && !isInDoubt(reading);
  const controls = controlsOf(sql, rules, reading);
  const control = controls.length > 0 && isWhole ? parseControl(first) : undefined;
  const verbs = statements.map(([lexeme]) => lexeme?.text ?? '');
  return {
    control,
    mixesControl: controls.length > 0 && !control,
    leavesOpen: leavesOpen(controls),
    several,
    isPlainRead: readsOnly(reading),
    endsImplicitly: statements.some(commitsByItself),
    returnsRows: returnsRows(first),
    isPreparable: isWhole && PREPARABLE.has(verbs[0] ?? ''),
    changesSchema: verbs.some((verb) => CHANGES_SCHEMA.has(verb)),
    usesConnectionState: statements.some(usesConnectionState),
    needsOwnConnection: needsOwnConnection(first),
    hasLiterals: statements.some((each) =>
      each.some(({ kind }) => kind === 'string' || kind === 'number'),
    ),
    selectsStar: statements.some((each) =>
      each.some(({ text }, i) => text === '*' && each[i - 1]?.text !== '('),
    ),
    readsSchema: isWhole && readsSchema(first),
    pragmaSet: isWhole ? pragmaSet(first) : undefined,
    target: targetOf(first),
  };
}

/** Where a literal has no end, or the server's version decides what runs. */
function isInDoubt({ closed, executable }: Reading): boolean {
  return executable || !closed;
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

/**
 * What a statement is, told from its text: transaction control (which a connection answers itself),
 * or a plain read (which needs no transaction in `on-first-write`). When in doubt a statement is not
 * a plain read: a transaction too many costs a round trip, one too few loses an update.
 */
import type { IsolationLevel } from '../sql/transaction-options';
import { InvalidRequestError } from '../errors/errors';

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

const LEADING_NOISE = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;
const CONTROL =
  /^(BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|SET\s+(?:LOCAL\s+|SESSION\s+)?TRANSACTION)\b/i;
const NAME = String.raw`(?:"[^"]+"|\`[^\`]+\`|\[[^\]]+\]|'[^']+'|[\w$-]+)`;
const MODES = String.raw`(?:\s*,?\s*(?:ISOLATION\s+LEVEL\s+(?:READ\s+UNCOMMITTED|READ\s+COMMITTED|REPEATABLE\s+READ|SERIALIZABLE)|READ\s+ONLY|READ\s+WRITE|(?:NOT\s+)?DEFERRABLE|WITH\s+CONSISTENT\s+SNAPSHOT))*`;
/** The whole of each statement: anything behind it would be swallowed together with it. */
const WHOLE: readonly (readonly [TransactionControl['op'], RegExp])[] = [
  [
    'begin',
    whole(
      String.raw`BEGIN(?:\s+(?:DEFERRED|IMMEDIATE|EXCLUSIVE|CONCURRENT))?(?:\s+(?:TRANSACTION|WORK))?${MODES}`,
    ),
  ],
  ['begin', whole(String.raw`START\s+TRANSACTION${MODES}`)],
  ['commit', whole(String.raw`(?:COMMIT|END)(?:\s+(?:TRANSACTION|WORK))?`)],
  [
    'rollback-to',
    whole(String.raw`ROLLBACK(?:\s+(?:TRANSACTION|WORK))?\s+TO(?:\s+SAVEPOINT)?\s+(${NAME})`),
  ],
  ['rollback', whole(String.raw`(?:ROLLBACK|ABORT)(?:\s+(?:TRANSACTION|WORK))?`)],
  ['savepoint', whole(String.raw`SAVEPOINT\s+(${NAME})`)],
  ['release', whole(String.raw`RELEASE(?:\s+SAVEPOINT)?\s+(${NAME})`)],
  ['set-transaction', whole(String.raw`SET\s+(?:LOCAL\s+)?TRANSACTION${MODES}`)],
];

/**
 * The transaction control that `sql` asks for; undefined for every other statement.
 *
 * @throws InvalidRequestError for control hidden in a string of several statements, or of a kind that
 *   would change the connection behind the session's back (`COMMIT AND CHAIN`, `SET SESSION …`).
 */
export function parseControl(sql: string): TransactionControl | undefined {
  if (!mayBeControl(sql)) return undefined;
  const text = sql.replace(LEADING_NOISE, '');
  if (!CONTROL.test(text)) return undefined;
  for (const [op, pattern] of WHOLE) {
    const match = pattern.exec(text);
    if (match) return describe(op, text, match[1]);
  }
  throw new InvalidRequestError(
    `The statement '${excerpt(text)}' mixes transaction control with something this connection cannot follow. ` +
      `Send one statement at a time, and control the transaction with begin(), commit(), rollback() and beginNested().`,
  );
}

/** First letters of the control words (and of a comment): the answer is no for almost every statement. */
function mayBeControl(sql: string): boolean {
  switch (sql.charCodeAt(0) & ~32) {
    case 66: // B
    case 67: // C
    case 69: // E
    case 65: // A
    case 82: // R
      return true;
    case 83: // S: SAVEPOINT, START, SET, but not SELECT
      return (sql.charCodeAt(2) & ~32) !== 76;
    case 73: // I(nsert)
    case 85: // U(pdate)
    case 68: // D(elete), D(rop)
    case 87: // W(ith)
      return false;
    default: // white space, a comment, anything else
      return LEADING_NOISE.test(sql);
  }
}

function describe(op: TransactionControl['op'], text: string, name?: string): TransactionControl {
  const level =
    /ISOLATION\s+LEVEL\s+(READ\s+UNCOMMITTED|READ\s+COMMITTED|REPEATABLE\s+READ|SERIALIZABLE)/i.exec(
      text,
    );
  return {
    op,
    ...(name !== undefined && { name }),
    ...(level?.[1] && {
      isolationLevel: level[1].toUpperCase().replace(/\s+/g, ' ') as IsolationLevel,
    }),
    ...(/\bREAD\s+ONLY\b/i.test(text) && { readOnly: true }),
    ...(/^BEGIN\s+(?:IMMEDIATE|EXCLUSIVE)\b/i.test(text) && { immediate: true }),
  };
}

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}\\s*;?\\s*$`, 'i');
}

function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Functions that read and nothing else; any other call may write, lock or sleep. */
const PURE_FUNCTIONS = new Set(
  'abs avg cast ceil ceiling char_length character_length coalesce concat count current_database date date_format exists extract floor format group_concat ifnull in iif json_agg json_array json_extract json_object lcase least length like lower ltrim max min mod nullif octet_length over partition replace round row_number rtrim string_agg strftime substr substring sum to_char trim trunc ucase upper values version as on and or not from where select join any all distinct unicode hex datetime timestamp interval array_agg bool_and bool_or greatest by having then else when using'.split(
    ' ',
  ),
);
const NOT_PLAIN =
  /\b(?:for\s+(?:update|share|no\s+key|key)|lock\s+in|into|insert|update|delete|merge|call|procedure|lock)\b/i;
const READ_CACHE_LIMIT = 1000;

/**
 * A judge of statement texts for one engine: true for a single `SELECT` without locks, writing CTEs or
 * functions that are not known to be pure. The verdicts are kept for the last thousand texts.
 *
 * @param options.backslashEscapes whether a backslash in a string is an escape, as on MariaDB and MySQL.
 */
export function plainReadJudge({ backslashEscapes = false } = {}): (sql: string) => boolean {
  const literals = backslashEscapes ? MYSQL_LITERALS : LITERALS;
  const verdicts = new Map<string, boolean>();
  return (sql) => {
    let verdict = verdicts.get(sql);
    if (verdict === undefined) {
      verdict = isPlainRead(sql, literals);
      if (verdicts.size >= READ_CACHE_LIMIT)
        verdicts.delete(verdicts.keys().next().value as string);
      verdicts.set(sql, verdict);
    }
    return verdict;
  };
}

function isPlainRead(sql: string, literals: RegExp): boolean {
  const text = stripLiterals(sql, literals);
  if (text === undefined || !/^\s*\(*\s*SELECT\b/i.test(text)) return false;
  if (/;\s*\S/.test(text) || NOT_PLAIN.test(text)) return false;
  for (const [, name] of text.matchAll(/([\w$.]+)\s*\(/g)) {
    if (!PURE_FUNCTIONS.has(name?.toLowerCase() as string)) return false;
  }
  return true;
}

/** Strings (PostgreSQL's `E'…'` with its escapes among them), quoted names and comments. */
const LITERALS =
  /\bE'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[^]*?\*\//gi;
const MYSQL_LITERALS =
  /'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*"|`[^`]*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[^]*?\*\//g;
/** What is left of a literal that has no end here, of `$$…$$`, of a comment in a comment or one that is run. */
const IN_DOUBT = /['"`\\]|\$\w*\$|\*\/|\/\*/;

/**
 * The statement without comments, strings and quoted names; undefined where that cannot be told. Libraries
 * splice escaped values into the text, so a user's word must neither pass for SQL nor put the rest in doubt.
 */
function stripLiterals(sql: string, literals: RegExp): string | undefined {
  const text = sql.replace(literals, (token) => {
    if (token.startsWith('/*!')) return token;
    return /^(?:--|\/\*|#)/.test(token) ? ' ' : 'x';
  });
  return IN_DOUBT.test(text) ? undefined : text;
}

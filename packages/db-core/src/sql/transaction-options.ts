/** How a transaction can be asked for: its isolation level, its access mode, and when it really begins. */
const ISOLATION_LEVELS = [
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
] as const;
/** The four isolation levels of SQL. */
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

/** A level as servers write it, `read committed` or `READ-COMMITTED`; undefined for any other text. */
export function isolationLevelOf(text: string): IsolationLevel | undefined {
  const level = text.toUpperCase().replaceAll('-', ' ');
  return ISOLATION_LEVELS.find((known) => known === level);
}

/**
 * When a session's transaction really begins on the server.
 * - `on-first-write`: before the first statement that is not certainly a plain read. The default on SQLite, and wherever
 *   the transaction would be READ COMMITTED, where each read stands for itself anyway: PostgreSQL as it comes.
 * - `on-first-statement`: before any statement. The default at REPEATABLE READ and SERIALIZABLE: MariaDB as it comes.
 * - `eager`: before any statement, and with the right to write (on SQLite: the writer lock).
 *
 * A plain read before the transaction commits by itself and holds no connection afterwards.
 */
export type BeginMode = 'on-first-statement' | 'on-first-write' | 'eager';

/** The default of a server that gives each transaction a snapshot from REPEATABLE READ on. @param isolationLevel undefined: not known */
export function beginModeAt(isolationLevel: IsolationLevel | undefined): BeginMode {
  return isolationLevel === 'READ COMMITTED' ? 'on-first-write' : 'on-first-statement';
}

/**
 * How BEGIN came to the server: `sent` by itself, `joined` in one packet with the first statement, or `implicit`, since
 * that statement opens the transaction and nothing is sent.
 */
export type BeginWay = 'sent' | 'joined' | 'implicit';

/** How a transaction is asked for: of `begin()`, of a session, or of an engine. */
export interface TransactionOptions {
  /** Default: the server's own. SQLite knows SERIALIZABLE alone and refuses the others. */
  readonly isolationLevel?: IsolationLevel;
  /** Refuse writes in this transaction. Default false. */
  readonly readOnly?: boolean;
}

/** Those of `options` that ask for something; the others are left to the defaults they are laid over. */
export function transactionOptionsOf({
  isolationLevel,
  readOnly,
}: TransactionOptions): TransactionOptions {
  return { ...(isolationLevel && { isolationLevel }), ...(readOnly && { readOnly }) };
}

/** For the check of what a transaction is begun with. */
export const BEGIN_OPTIONS: Readonly<Record<keyof BeginOptions, true>> = {
  begin: true,
  isolationLevel: true,
  readOnly: true,
};

/** How one transaction differs from the session's others. */
export interface BeginOptions extends TransactionOptions {
  /** When it really begins. Default: the session's. */
  readonly begin?: BeginMode;
}

/** How a transaction can be asked for: its isolation level, its access mode, and when it really begins. */
export type IsolationLevel =
  | 'READ UNCOMMITTED'
  | 'READ COMMITTED'
  | 'REPEATABLE READ'
  | 'SERIALIZABLE';

/**
 * When a session's transaction really begins on the server.
 * - `on-first-statement`: before any statement (PostgreSQL and MariaDB default).
 * - `on-first-write`: before the first statement that is not certainly a plain read (SQLite default).
 * - `eager`: before any statement, and with the right to write (on SQLite: the writer lock).
 */
export type BeginMode = 'on-first-statement' | 'on-first-write' | 'eager';

/**
 * How BEGIN came to the server: `sent` by itself, `joined` in one packet with the first statement, or `implicit`, since
 * that statement opens the transaction and nothing is sent.
 */
export type BeginWay = 'sent' | 'joined' | 'implicit';

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

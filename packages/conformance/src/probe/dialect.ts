/** What a database supplies to the probe: its driver's connection, and what the suites have to know of it. */
import type { TableSchema } from './schema';

export type ProbeRow = Record<string, unknown>;

/** What each database's driver supplies. */
export interface ProbeConnection {
  /** Runs one statement with `?` placeholders; instants come as the text the database stores. */
  rows(sql: string, params?: readonly unknown[]): Promise<ProbeRow[]>;
  tables(): Promise<TableSchema[]>;
  /** Transactions that others have open on this database now, as the server reports. */
  openTransactions(): Promise<number>;
  /** Statements of others that wait now for a lock of this database; undefined on SQLite, which does not report that. */
  lockWaits(): Promise<number | undefined>;
  /** Cuts every other connection to this database; on SQLite there is none to cut. */
  dropOthers(): Promise<void>;
  close(): Promise<void>;
}

/** The differences between the databases that the suites have to know. */
export interface ProbeDialect {
  /** A connection beyond the first, for a transaction that is held open. */
  connect(): Promise<ProbeConnection>;
  /** Begins a transaction that may write. */
  readonly begin: string;
  /** `messages.created_at` as text that JavaScript parses. */
  readonly createdAt: string;
  /** An instant as the database stores it. */
  toStored(instant: Date): string;
  /** Statements that make deleting a user or inserting the user 'boom' break a foreign key. */
  readonly sabotage: readonly string[];
  readonly undoSabotage: readonly string[];
}

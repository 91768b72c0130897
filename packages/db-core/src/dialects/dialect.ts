/**
 * What a database is: its name, its defaults, and how a connection to it is opened. Everything about one connection is in
 * its {@link DriverConnection}. One folder a database holds both.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/internals.html#sqlalchemy.engine.Dialect
 */
import type { Statement } from '../sql/statement';
import type { LexicalRules } from '../sql/tokens';
import type { BeginMode, IsolationLevel } from '../sql/transaction-options';
import type { DriverConnection } from './driver-connection';
import type { DialectFacts } from './facts';
import type { DialectName } from './names';
import type { DatabaseUrl } from './url';

/** A position in a database's log of writes, as text: everything up to it is there, or is not. */
export interface Positions {
  /** Whether what has `reached` one position has everything up to `wanted`. */
  covers(reached: string, wanted: string): boolean;
  /** The position that has both. */
  join(one: string, other: string): string;
  /** Whether a text from outside is a position. */
  isPosition(text: string): boolean;
}

/** What an engine needs of its database: how it connects, and what is different there. */
export interface Dialect {
  readonly name: DialectName;
  /** The default of `poolSize`. */
  readonly defaultPoolSize: number;
  /** Whether the driver holds the event loop while it works: the pool lets the loop turn between two owners. */
  readonly synchronous: boolean;
  /** Whether a second transaction that writes waits for the first (SQLite). */
  readonly singleWriter: boolean;
  /** Whether connections may be encrypted. */
  readonly encrypted: boolean;
  /** Known after the first connection, e.g. `17.2` or `10.11.6-MariaDB`. */
  readonly serverVersion: string | undefined;
  /** What the database is like: ask for the fact, not for the name. */
  readonly facts: DialectFacts;
  /** How it reads a text: where strings and comments end. */
  readonly lexicalRules: LexicalRules;
  /** Says what a statement is, by these rules. */
  readonly describe: (sql: string) => Statement;
  /**
   * When a transaction begins where nobody says so. Asked with a connection at hand, so that the server's own level is known.
   *
   * @param isolationLevel what the transaction asks for; undefined: the server's own.
   */
  beginMode(isolationLevel?: IsolationLevel): BeginMode;
  /** How this driver writes the n-th (from 1) placeholder. */
  placeholder(n: number): string;
  /** @param url of one server. @throws OperationalError when it cannot be reached. */
  connect(url: DatabaseUrl): Promise<DriverConnection>;
  /** Whether `connect` failed because the server grants no further connection. */
  isConnectionLimit(error: unknown): boolean;
  /** Whether the database that the connections are to is not the one at the address any more (SQLite: another file, or none). */
  isReplaced?(): boolean;
  /** How its positions in the log of writes compare; undefined where the database has no replicas. */
  readonly positions?: Positions;
  /** Removes what the dialect made for the engine's lifetime (SQLite: the file behind `:memory:`). */
  dispose?(): void;
}

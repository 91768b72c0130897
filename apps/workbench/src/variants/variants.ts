/**
 * Functions that the scenarios show and an app would not have: N+1 statements, a lost update, a transaction that
 * stays open too long, a handler that fails half-way. Each style has these functions in this order.
 */
import type { MessageView, NewUser } from '@quartet/http-contract';

export interface Variants {
  /** The messages with the tag, newest first; each author is read by a statement of its own: 1 + N statements. */
  listMessagesOneByOne(tag: string): Promise<MessageView[]>;

  /** Reads a message, thinks, and writes it with one more line. Of two at once, the later undoes the other's line. */
  appendLine(id: number, line: string, think: () => Promise<void>): Promise<void>;

  /** The same, but the transaction begins before the read and the row is locked: a second call waits. */
  appendLineSafely(id: number, line: string, think: () => Promise<void>): Promise<void>;

  /** Writes a user; the caller commits. */
  addUser(input: NewUser): Promise<void>;

  /** Writes a user, waits for something slow, and only then commits. */
  createUserSlowly(input: NewUser, wait: () => Promise<void>): Promise<void>;

  /** Writes a user, then fails before it commits. */
  createUserThenFail(input: NewUser): Promise<never>;
}

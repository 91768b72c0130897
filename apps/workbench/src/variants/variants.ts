/**
 * What the scenarios show and no app would have: the N+1 that eager loading avoids, an update that gets
 * lost, a transaction that stays open too long, a handler that fails half-way. Each style has these functions in this order, as it would write them.
 */
import type { MessageView, NewUser } from '@quartet/http-contract';

export interface Variants {
  /** The messages that bear the tag, newest first; each author is asked for by itself: 1 + N statements. */
  listMessagesOneByOne(tag: string): Promise<MessageView[]>;

  /** Reads a message, thinks, writes it with one line more. Two at once: the later one undoes the other's. */
  appendLine(id: number, line: string, think: () => Promise<void>): Promise<void>;

  /** The same, begun before it reads and with the row locked: a second one waits for its turn. */
  appendLineSafely(id: number, line: string, think: () => Promise<void>): Promise<void>;

  /** Writes a user and leaves the commit to whoever began. */
  addUser(input: NewUser): Promise<void>;

  /** Writes a user, waits for something slow, and only then commits. */
  createUserSlowly(input: NewUser, wait: () => Promise<void>): Promise<void>;

  /** Writes a user, then fails before it commits. */
  createUserThenFail(input: NewUser): Promise<never>;
}

/** What reads row by row from a connection and so keeps it busy. */
import { setImmediate } from 'node:timers';
import { InvalidRequestError } from '../errors/errors';

/** A stream or a cursor. */
export interface Occupant {
  /** Whether it has stopped reading, so that the connection becomes free by itself. */
  readonly destroyed: boolean;
  /** Stops reading; the connection is free soon afterwards. Safe to call twice. @param error for its reader */
  destroy(error?: Error): void;
}

/** A connection that may have one. */
export interface Occupied {
  /** The session it belongs to. */
  readonly session: object | undefined;
  readonly occupant: Occupant | undefined;
}

/** What `release()` is refused with. @param why what is under way */
export function notReleased(why: string): InvalidRequestError {
  return new InvalidRequestError(
    `release() gives the connection back where a transaction has only read, and here ${why}: commit() or rollback() comes first.`,
  );
}

/**
 * Resolves where a statement may wait for its turn: one that waited behind a stream whose reader waits for the statement
 * would wait for ever.
 *
 * @throws InvalidRequestError then.
 */
export async function mayWaitBehind(connection: Occupied): Promise<void> {
  if (!connection.session) return;
  await new Promise(setImmediate); // a library may be about to leave its stream
  if (!connection.occupant || connection.occupant.destroyed) return;
  throw new InvalidRequestError(
    'A stream of this session is being read, and its connection can do nothing else meanwhile. ' +
      'Read it to its end or destroy() it first; or read page by page, ordered by a key.',
  );
}

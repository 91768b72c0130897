/** SQLite has one isolation level. */
import { ArgumentError } from '../../errors/errors';

/** @throws ArgumentError for any other. */
export function assertIsolationLevel(level: string): void {
  if (level === 'SERIALIZABLE') return;
  throw new ArgumentError(
    `SQLite transactions are always SERIALIZABLE: the isolation level ${level} cannot be had.`,
  );
}

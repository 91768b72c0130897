/**
 * The error of our tree for a driver's. Every ORM keeps the driver's error somewhere (`parent`, `original`,
 * `driverError`, `cause`); it is found, and the database whose driver made it tells what it means.
 */
import type { DatabaseError } from '../errors/errors';
import type { DriverError } from './driver-error';
import { DbCoreError } from '../errors/errors';
import { ERROR_READERS } from './create-dialect';
import { isErrorLike } from './driver-error';
import { readNetworkError } from './network-error';

/**
 * The error of our tree for whatever a driver or an ORM threw, with the driver's own error as `cause`.
 * An error that is one already, or that no driver made, comes back as it is.
 */
export function translateError(error: unknown): unknown {
  let translated: DatabaseError | undefined;
  // The innermost: some libraries copy its fields into an error of theirs, and give that a message of their own.
  for (const candidate of chain(error)) {
    if (candidate instanceof DbCoreError) return candidate.withOriginalMessage();
    translated = read(candidate) ?? translated;
  }
  return translated ?? error;
}

function read(error: DriverError): DatabaseError | undefined {
  for (const reader of ERROR_READERS) {
    const found = reader(error);
    if (found) return found;
  }
  return readNetworkError(error);
}

/** The error and the errors it wraps, outermost first; each once. */
function* chain(error: unknown): Generator<DriverError> {
  const seen = new Set<unknown>();
  const open = [error];
  while (open.length > 0) {
    const next = open.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isErrorLike(next)) yield next;
    const { parent, original, driverError, cause } = next as Record<string, unknown>;
    open.push(parent, original, driverError, cause);
  }
}

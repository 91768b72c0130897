/** Who commits what a request has done: its handler, or the scope, before the answer. */
import type { CommitMode } from './current-request';
import { ArgumentError, NoActiveScopeError } from '../errors/errors';
import { currentRequestScope } from './current-request';

/** @throws ArgumentError for anything but a mode. */
export function assertCommitMode(mode: unknown): asserts mode is CommitMode {
  if (mode === 'manual' || mode === 'on-success') return;
  throw new ArgumentError(`commit must be 'manual' or 'on-success', not ${String(mode)}.`);
}

/**
 * From now on, in the request that the code runs in, `mode` holds instead of what its app was told with `commit`: call it before
 * the answer begins.
 *
 * @throws ArgumentError for anything but a mode; NoActiveScopeError outside a request.
 */
export function setCommitMode(mode: CommitMode): void {
  assertCommitMode(mode);
  const scope = currentRequestScope();
  if (!scope) throw new NoActiveScopeError('setCommitMode()');
  scope.commitMode = mode;
}

/** Who commits what a request has done: its handler, or the scope, before the answer. */
import type { RequestHandler } from 'express';
import type { CommitMode } from './current-request';
import { ArgumentError, NoActiveScopeError } from '../errors/errors';
import { currentRequestScope } from './current-request';

/** @throws ArgumentError for anything but a mode. */
export function assertCommitMode(mode: unknown): asserts mode is CommitMode {
  if (mode === 'manual' || mode === 'on-success') return;
  throw new ArgumentError(`commit must be 'manual' or 'on-success', not ${String(mode)}.`);
}

/**
 * Middleware for a route, or several, that differ from what `initApp` was told with `commit`.
 *
 * @throws ArgumentError for anything but a mode; NoActiveScopeError where `initApp` was not called before.
 * @example
 * app.post('/imports', commitMode('manual'), async (req, res) => {
 *   …
 *   await Session.commit();
 *   res.sendStatus(202);
 * });
 */
export function commitMode(mode: CommitMode): RequestHandler {
  assertCommitMode(mode);
  return (_req, _res, next) => {
    const scope = currentRequestScope();
    if (!scope) throw new NoActiveScopeError('commitMode()');
    scope.commitMode = mode;
    next();
  };
}

import type { RequestHandler } from 'express';
import { assertCommitMode, setCommitMode } from '../http/commit-mode';
import type { CommitMode } from '../http/current-request';

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
    setCommitMode(mode);
    next();
  };
}

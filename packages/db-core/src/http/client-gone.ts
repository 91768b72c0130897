/** Whether the client can still receive an answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * True when the client left before its answer was out: errors of such a request (a cancelled statement,
 * `ScopeClosedError`) are consequences of that, which need neither an answer nor a line in the log. False
 * where the server itself cut the connection because of an error, as a stream does that fails halfway.
 *
 * @example
 * app.use((error, req, res, next) => {
 *   if (!clientGone(req, res)) next(error);
 * });
 */
export function clientGone(req: IncomingMessage, res: ServerResponse): boolean {
  const cutByServer = res.errored && !isNodesOwn(res.errored);
  return (res.destroyed || req.socket.destroyed) && !res.writableFinished && !cutByServer;
}

/** Since Node 24 an answer that waits behind another on its connection ends with this error when the client leaves. */
function isNodesOwn(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' && error.message === 'aborted';
}

/** The entry of a server without a framework. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { clientGone } from './client-gone';
import type { RequestScopeOptions } from './request-scope-options';
import { assertRequestScopeOptions } from './request-scope-options';
import { RequestScopes } from './request-scopes';

export interface RequestListenerOptions extends RequestScopeOptions {
  /** Answers what a handler has failed with, or its commit. Default: an empty 500; an answer that has begun is cut off. */
  readonly onError?: (error: unknown, req: IncomingMessage, res: ServerResponse) => void;
}

/** A listener of `http.createServer`, and the scopes of its requests. */
export interface ScopedListener extends RequestListener {
  readonly scopes: RequestScopes;
}

/**
 * Runs `handler` for each request in a scope of its own.
 *
 * @throws ArgumentError for an unknown option.
 * @example
 * const listener = requestListener(async (_req, res) => {
 *   res.end(JSON.stringify(await User.query.all()));
 * });
 * createServer(listener).listen(3000);
 */
export function requestListener(
  handler: (req: IncomingMessage, res: ServerResponse) => unknown,
  { onError = answerBriefly, ...options }: RequestListenerOptions = {},
): ScopedListener {
  assertRequestScopeOptions('requestListener', options);
  const scopes = new RequestScopes(
    { pathOf: () => undefined, answer: (error, { req, res }) => onError(error, req, res) },
    options,
  );
  const listener: RequestListener = (req, res) =>
    void scopes
      .run({ incoming: req, outgoing: res, req, res }, () => handler(req, res))
      .catch((error: unknown) => {
        if (!clientGone(req, res)) onError(error, req, res);
      });
  return Object.assign(listener, { scopes });
}

/** What is left to say where nobody else answers an error. */
export function answerBriefly(_error: unknown, _req: unknown, res: ServerResponse): void {
  if (res.headersSent) res.destroy();
  else res.writeHead(500, { 'Content-Length': '0' }).end();
}

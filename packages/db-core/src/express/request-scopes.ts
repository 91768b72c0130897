/** What Express says of its requests: the rest is in `../http`. */
import type { Request, RequestHandler, Response } from 'express';
import type * as http from '../http';
import { RequestScopes as HttpRequestScopes } from '../http/request-scopes';

/** Options of `initApp`. */
export type RequestScopeOptions = http.RequestScopeOptions<Request, Response>;
/** Called when the scope of a request has ended. */
export type TeardownHook = http.TeardownHook<Request, Response>;

const EXPRESS: http.Framework<Request, Response> = {
  pathOf: (req) => (req.route as { path: string } | undefined)?.path ?? req.path,
  answer: (error, { req }) => req.next?.(error),
};

/** The scopes of an app's requests; `initApp` makes one for each app. */
export class RequestScopes extends HttpRequestScopes<Request, Response> {
  constructor(options: RequestScopeOptions = {}) {
    super(EXPRESS, options);
  }

  /** Register before every route that uses a session. */
  readonly middleware: RequestHandler = (req, res, next) =>
    this.begin({ incoming: req, outgoing: res, req, res }, next);
}

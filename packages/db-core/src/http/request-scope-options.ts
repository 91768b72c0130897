/** What an app says of the scopes of its requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '../engine/engine';
import type { Logger } from '../errors/logger';
import type { ScopeObserver } from '../session/scope';
import type { Settings } from '../sql/settings';
import { assertLogger } from '../errors/logger';
import { assertKnownOptions } from '../errors/unknown-option';
import type { CausalOptions } from './causal';
import { assertCommitMode } from './commit-mode';
import type { CommitMode } from './current-request';

/**
 * Called when the scope of a request has ended.
 *
 * @param error what the request failed with: the error of a route, also one that an error handler has answered, a
 *   `ClientAbortedError` or a `ShutdownError`.
 */
export type TeardownHook<Req = IncomingMessage, Res = ServerResponse> = (
  error: unknown,
  req: Req,
  res: Res,
) => unknown;

/** `Req` and `Res` are what the framework gives its handlers. */
export interface RequestScopeOptions<Req = IncomingMessage, Res = ServerResponse> {
  /**
   * Who commits. `manual`: the handler, by `Session.commit()`. `on-success`: before the first byte of an answer below 400
   * leaves, the request's sessions are committed; where that fails, the answer is thrown away, and the error goes to the
   * error handlers. What a handler that throws has written is not committed, whatever an error handler answers. Default `manual`.
   */
  readonly commit?: CommitMode;
  /**
   * Settings that every transaction of a request is begun with, or a function that gives them, asked for when one begins:
   * behind the middleware that finds out who asks. Default: none.
   */
  readonly settings?: Settings | ((req: Req, engine: Engine) => Settings);
  /** Where warnings about requests go, for which there is no function below: pino's or one like it. Default: the engine's. */
  readonly logger?: Logger;
  /**
   * How a user's next request learns what this one has written, so that it is read from a replica that has it: a signed cookie or
   * header, or a store of the app's. Of use with an engine that reads from replicas. Default: within one request alone.
   */
  readonly causal?: CausalOptions<Req>;
  /** Gives the recorder, or another observer, of a request; undefined for none. Default: nothing is recorded. */
  readonly record?: (req: Req, res: Res) => ScopeObserver | undefined;
  /**
   * Tell in the header `Server-Timing` how long the database took, its statements counted, and how long was waited for it:
   * to whoever can send a request. Default: only in development, where NODE_ENV is neither `production` nor `test`.
   */
  readonly serverTiming?: boolean;
  /** Called after the scope of a request that used a session has ended; for other requests see `RequestScopes.onTeardown`. */
  readonly onTeardown?: TeardownHook<Req, Res>;
  /** Called with what went wrong during teardown itself. Default: it is logged. */
  readonly onTeardownError?: (error: unknown, req: Req) => void;
  /** Called for a 2xx answer whose writes were never committed. Default: a warning. */
  readonly onForgottenCommit?: (req: Req, res: Res) => void;
  /**
   * Called for a 2xx answer whose only use of the session was a commit, where another request used a session meanwhile: the
   * work may have been done in that one's. Default: a warning in development, where NODE_ENV is neither
   * `production` nor `test`.
   */
  readonly onCommitOfNothing?: (req: Req, res: Res) => void;
  /**
   * Called once for a request that was over before a call in it was, when that was refused and nobody handles it: a missing
   * `await`. Default: it is logged, with the route and the stack.
   */
  readonly onRefused?: (error: Error, req: Req, res: Res) => void;
  /** For how long one turn of the event loop begins requests before others wait for the next. Default 10; 0: without end. */
  readonly turnMs?: number;
}

const OPTIONS: Readonly<Record<keyof RequestScopeOptions, true>> = {
  commit: true,
  settings: true,
  logger: true,
  causal: true,
  record: true,
  serverTiming: true,
  onTeardown: true,
  onTeardownError: true,
  onForgottenCommit: true,
  onCommitOfNothing: true,
  onRefused: true,
  turnMs: true,
};

/**
 * @param of what they are options of
 * @throws ArgumentError
 */
export function assertRequestScopeOptions<Req, Res>(
  of: string,
  options: RequestScopeOptions<Req, Res>,
): void {
  assertKnownOptions(`option of ${of}`, options, OPTIONS);
  if (options.commit !== undefined) assertCommitMode(options.commit);
  if (options.logger !== undefined) assertLogger(options.logger);
}

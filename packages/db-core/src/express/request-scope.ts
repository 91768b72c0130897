/**
 * One scope per request. It costs a request that touches no data one small object: the listeners that end
 * it are attached when the first session is opened.
 *
 * Teardown happens exactly once, however the request ends: when the answer is out (a stream: when it has
 * ended), when the handler throws, when the client goes away, when the socket dies under a pipelined
 * request. It keeps the scope in a closure, since events of `req` and `res` lose the async context.
 *
 * Ports Flask's `teardown_appcontext` with `db_session.remove()`.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/
 */
import type { ServerResponse } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { DbCoreError, InvalidRequestError } from '../errors/errors';
import type { Logger } from '../errors/logger';
import type { Engine } from '../engine/engine';
import type { ScopeObserver } from '../session/scope';
import type { Session } from '../session/session';
import type { SettingsSource } from '../session/settings';
import type { Settings } from '../sql/settings';
import type { Scope } from '../session/scope';
import type { TeardownOptions } from '../session/teardown-hooks';
import { enterScope, warnOfRefused } from '../session/scope';
import { asSession } from '../session/current';
import { Causal, readsReplicas, type CausalOptions } from './causal';
import { clientGone } from './client-gone';
import type { CommitMode } from './current-request';
import { RequestScope } from './current-request';
import { holdAnswer } from './held-answer';
import { isDevelopment } from '../errors/development';
import { Observers } from '../session/observers';
import { Positions } from '../session/positions';
import { TeardownHooks } from '../session/teardown-hooks';
import { LoopTurns } from './loop-turns';
import {
  logTeardownError,
  warnOfCommitOfNothing,
  warnOfForgottenCommit,
  routeOf,
} from './request-lines';
import { announce, RequestTimes } from './server-timing';
import { onSocketClose } from './socket-close';

/** Given to teardown hooks when the client went away before its answer was out. */
export class ClientAbortedError extends DbCoreError {
  constructor() {
    super('CLIENT_ABORTED', 'The client went away before the answer was complete.');
  }
}

/** Given to teardown hooks of a request that was still in flight at the deadline of a shutdown. */
export class ShutdownError extends DbCoreError {
  constructor() {
    super('SHUTTING_DOWN', 'The server was shut down before this request was answered.');
  }
}

/**
 * @param error what the request failed with: the error of a route, also one that an error handler has answered, a
 *   {@link ClientAbortedError} or a {@link ShutdownError}.
 */
export type TeardownHook = (error: unknown, req: Request, res: Response) => unknown;

export interface RequestScopeOptions {
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
  readonly settings?: Settings | ((req: Request, engine: Engine) => Settings);
  /** Where warnings about requests go, for which there is no function below: pino's or one like it. Default: the engine's. */
  readonly logger?: Logger;
  /**
   * How a user's next request learns what this one has written, so that it is read from a replica that has it: a signed cookie or
   * header, or a store of the app's. Of use with an engine that reads from replicas. Default: within one request alone.
   */
  readonly causal?: CausalOptions<Request>;
  /** Gives the recorder, or another observer, of a request; undefined for none. Default: nothing is recorded. */
  readonly record?: (req: Request, res: Response) => ScopeObserver | undefined;
  /**
   * Tell in the header `Server-Timing` how long the database took, its statements counted, and how long was waited for it:
   * to whoever can send a request. Default: only in development, where NODE_ENV is neither `production` nor `test`.
   */
  readonly serverTiming?: boolean;
  /** Called after the scope of a request that used a session has ended; for other requests see {@link RequestScopes.onTeardown}. */
  readonly onTeardown?: TeardownHook;
  /** Called with what went wrong during teardown itself. Default: it is logged. */
  readonly onTeardownError?: (error: unknown, req: Request) => void;
  /** Called for a 2xx answer whose writes were never committed. Default: a warning. */
  readonly onForgottenCommit?: (req: Request, res: Response) => void;
  /**
   * Called for a 2xx answer whose only use of the session was a commit, where another request used a session meanwhile: the
   * work may have been done in that one's. Default: a warning, unless NODE_ENV is `production`.
   */
  readonly onCommitOfNothing?: (req: Request, res: Response) => void;
  /**
   * Called once for a request that was over before a call in it was, when that was refused and nobody handles it: a missing
   * `await`. Default: it is logged, with the route and the stack.
   */
  readonly onRefused?: (error: Error, req: Request, res: Response) => void;
  /** For how long one turn of the event loop begins requests before others wait for the next. Default 10; 0: without end. */
  readonly turnMs?: number;
}

export const REQUEST_SCOPE_OPTIONS: Readonly<Record<keyof RequestScopeOptions, true>> = {
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

const TURN_MS = 10;

/** The scopes of an app's requests; `initApp` makes one for each app. */
export class RequestScopes {
  readonly #options: RequestScopeOptions;
  #record: RequestScopeOptions['record'];
  readonly #serverTiming: boolean;
  readonly #causal: Causal<Request> | undefined;
  readonly #hooks = new TeardownHooks<Parameters<TeardownHook>>();
  readonly #turns: LoopTurns;
  /** Called when no request uses a session any more. */
  readonly #waiting: (() => void)[] = [];
  /** Requests that use a session, or have a hook all the same, and are not torn down yet. */
  #using = 0;
  /** Requests that have used a session since the start. */
  #sessions = 0;
  readonly #errors = new WeakMap<ServerResponse, unknown>();
  readonly #turningAway: (() => void)[] = [];
  #refuses: ((req: Request, res: Response) => boolean) | undefined;

  constructor(options: RequestScopeOptions = {}) {
    this.#options = options;
    this.#record = options.record;
    this.#serverTiming = options.serverTiming ?? isDevelopment();
    this.#causal = options.causal && new Causal(options.causal, options.logger);
    this.#turns = new LoopTurns(options.turnMs === 0 ? Infinity : (options.turnMs ?? TURN_MS));
    if (options.onTeardown) this.#hooks.add(options.onTeardown);
  }

  /** Register before every route that uses a session. */
  readonly middleware: RequestHandler = (req, res, next) => {
    if (this.#refuses?.(req, res)) return;
    this.#turns.run(() => {
      if (req.socket.destroyed) return; // the client is gone
      const before = this.#causal?.before(req);
      if (!(before instanceof Promise)) return this.#begin(req, res, next, before);
      void before.then((text) => this.#begin(req, res, next, text));
    });
  };

  /** How many requests had positions of `causal` that could not be trusted. */
  get refusedPositions(): number {
    return this.#causal?.refused ?? 0;
  }

  /** @param seen what earlier requests of the same user have written */
  #begin(req: Request, res: Response, next: NextFunction, seen: string | undefined): void {
    const always = this.#hooks.withoutData;
    const before = this.#using > 0 ? undefined : this.#sessions;
    const { onRefused } = this.#options;
    let isHeld = false;
    const hold = (): void => {
      if (this.#causal) void scope.positions; // what it does at the head of the answer comes after the commit
      if (isHeld || scope.commitMode === 'manual') return;
      isHeld = true;
      this.#hold(scope, req, res);
    };
    const scope: RequestScope = new RequestScope(req, {
      commit: this.#options.commit ?? 'manual',
      onCommitMode: hold,
      logger: this.#options.logger,
      observer: this.#observerOf(req, res),
      settings: settingsOf(this.#options, req),
      onRefused: (error) =>
        onRefused ? onRefused(error, req, res) : warnOfRefused(scope.logger, error, routeOf(req)),
      onFirstSession: () => {
        scope.overlaps = this.#sessions++ !== before;
        if (!always) this.#watch(scope, req, res);
        hold();
      },
      positions: () =>
        this.#causal?.positions(req, res, seen) ??
        new Positions({ readsReplicas: readsReplicas(req) }),
      isOver: () => res.closed || res.destroyed || res.writableFinished,
    });
    if (always) this.#watch(scope, req, res);
    enterScope(scope, next);
  }

  #observerOf(req: Request, res: Response): ScopeObserver | undefined {
    const recorder = this.#record?.(req, res);
    if (!this.#serverTiming) return recorder;
    const times = new RequestTimes();
    announce(times, res);
    return recorder ? new Observers([recorder, times]) : times;
  }

  /**
   * Adds a hook; all are called, in order, with what the request failed with. Requests that arrive from now on have it.
   *
   * @param options.withoutData call it for requests that use no session, too.
   */
  onTeardown(hook: TeardownHook, options?: TeardownOptions): void {
    this.#hooks.add(hook, options);
  }

  /** @internal Whether anybody wants to know errors. */
  get hasHooks(): boolean {
    return !this.#hooks.isEmpty;
  }

  /** @internal Called where an answer may wait for its commit: whether the handler has failed has to be known then. */
  onHold: () => void = () => undefined;

  /** Records requests from now on, as the option `record` does: for tools that look at an app from outside. */
  record(choose: NonNullable<RequestScopeOptions['record']>): void {
    this.#record = choose;
  }

  /** From now on asks `refuses` of every request; one that it has answered, with `true`, reaches no route. */
  turnAway(refuses: (req: Request, res: Response) => boolean): void {
    this.#refuses = refuses;
    for (const listener of this.#turningAway) listener();
  }

  /** Calls `listener` when the app begins to turn requests away: an answer without an end, as server-sent events are, ends then. */
  onTurnAway(listener: () => void): void {
    this.#turningAway.push(listener);
  }

  /** Lets teardown hooks know an error that an error handler of the app is about to answer. */
  noteError(res: ServerResponse, error: unknown): void {
    this.#errors.set(res, error);
  }

  /** Resolves when every request that used a session is torn down: wait for it before disposing engines. */
  idle(): Promise<void> {
    if (this.#using === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** From now on the answer waits for the commit, if there is one to be made. */
  #hold(scope: RequestScope, req: Request, res: Response): void {
    this.onHold();
    const isCommitted = (status: number): boolean =>
      status < 400 && scope.commitMode === 'on-success' && !this.#errors.has(res);
    const failed = (error: unknown): void => {
      this.noteError(res, error);
      if (!clientGone(req, res)) enterScope(scope, () => req.next?.(error));
    };
    holdAnswer(res, (status) => (isCommitted(status) ? commitAll(scope) : undefined), failed);
  }

  #watch(scope: RequestScope, req: Request, res: Response): void {
    this.#using++;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      forget();
      void this.#tearDown(scope, req, res);
    };
    res.on('close', end);
    const forget = onSocketClose(req.socket, end);
  }

  /** A success whose work was not kept, or was not here, is almost always a mistake of the handler. */
  #doubt(scope: RequestScope, req: Request, res: Response): void {
    const { onForgottenCommit, onCommitOfNothing } = this.#options;
    if (scope.hasUncommittedWrites) {
      scope.observer?.note('forgotten-commit', {});
      if (onForgottenCommit) onForgottenCommit(req, res);
      else warnOfForgottenCommit(scope.logger, req, res);
    } else if (scope.overlaps && scope.committedNothing)
      if (onCommitOfNothing) onCommitOfNothing(req, res);
      else warnOfCommitOfNothing(scope.logger, req, res);
  }

  async #tearDown(scope: RequestScope, req: Request, res: Response): Promise<void> {
    const aborted = !res.writableFinished;
    const error = this.#errors.get(res) ?? (aborted ? new ClientAbortedError() : undefined);
    const report =
      this.#options.onTeardownError ??
      ((failure: unknown) => logTeardownError(scope.logger, failure, req));
    try {
      if (!aborted && res.statusCode < 300) this.#doubt(scope, req, res);
      // The client does not wait for the statement in flight any more.
      await scope.close({ cancel: aborted || error instanceof ShutdownError });
    } catch (failure) {
      report(failure, req);
    }
    try {
      for (const failure of await this.#hooks.run(scope.used, error, req, res))
        report(failure, req);
    } finally {
      if (--this.#using === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }
}

/** One after the other; undefined where there is nothing to commit. */
function commitAll(scope: Scope): Promise<void> | undefined {
  const due = scope.resources.flatMap((resource) => {
    const session = asSession(resource);
    return session && hasToCommit(session) ? [session] : [];
  });
  if (due.length === 0) return undefined;
  return enterScope(scope, async () => {
    for (const session of due) {
      if (session.isStreaming) throw streamAfterWrite();
      await session.commit();
    }
  });
}

/** A stream that only reads goes out while its transaction is open. */
function hasToCommit(session: Session): boolean {
  return session.hasUncommittedWrites || (session.inTransaction() && !session.isStreaming);
}

function streamAfterWrite(): InvalidRequestError {
  return new InvalidRequestError(
    'This answer is a stream of rows, read in a transaction that has written, or may have: it cannot be committed before the first ' +
      "byte. Commit before the stream begins, or give the route commitMode('manual').",
  );
}

function settingsOf({ settings }: RequestScopeOptions, req: Request): SettingsSource | undefined {
  return typeof settings === 'function' ? (engine) => settings(req, engine) : settings;
}

/**
 * One scope per request. It costs a request that touches no data one small object: the listeners that end
 * it are attached when the first session is opened.
 *
 * Teardown happens exactly once, however the request ends: when the answer is out (a stream: when it has
 * ended), when the handler throws, when the client goes away, when the socket dies under a pipelined
 * request. It keeps the scope in a closure, since events of a request and its answer lose the async context.
 *
 * It stands on `node:http`. What a framework adds is in `Framework`: how it calls a route, and who answers an error.
 *
 * Ports Flask's `teardown_appcontext` with `db_session.remove()`.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDevelopment } from '../errors/development';
import { Observers } from '../session/observers';
import { Positions } from '../session/positions';
import type { ScopeObserver } from '../session/scope';
import { enterScope, warnOfRefused } from '../session/scope';
import type { SettingsSource } from '../session/settings';
import type { TeardownOptions } from '../session/teardown-hooks';
import { TeardownHooks } from '../session/teardown-hooks';
import type { Messages } from './causal';
import { Causal, readsReplicas } from './causal';
import { clientGone } from './client-gone';
import { commitAll } from './commit-all';
import { currentRequestScope, RequestScope } from './current-request';
import { holdAnswer } from './held-answer';
import { LoopTurns } from './loop-turns';
import { ClientAbortedError, ShutdownError } from './request-errors';
import { logTeardownError, warnOfCommitOfNothing, warnOfForgottenCommit } from './request-lines';
import type { RequestScopeOptions, TeardownHook } from './request-scope-options';
import { announce, RequestTimes } from './server-timing';
import { onSocketClose } from './socket-close';

const TURN_MS = 10;

/** A request as Node has it, and as the framework gives it to its handlers. */
export interface Exchange<Req = IncomingMessage, Res = ServerResponse> extends Messages {
  readonly req: Req;
  readonly res: Res;
}

/** What is the framework's own. */
export interface Framework<Req = IncomingMessage, Res = ServerResponse> {
  /** The path as the route was registered, `/users/:id`; undefined where it is not known. */
  pathOf(req: Req): string | undefined;
  /** Answers an error that came when the handler was done, as the app answers errors: nothing of its answer is out. */
  answer(error: unknown, exchange: Exchange<Req, Res>): void;
}

/** The scopes of an app's requests; `initApp` makes one for each app. */
export class RequestScopes<Req = IncomingMessage, Res = ServerResponse> {
  readonly #framework: Framework<Req, Res>;
  readonly #options: RequestScopeOptions<Req, Res>;
  /** The option `record`, and those that tools have added. */
  readonly #records: NonNullable<RequestScopeOptions<Req, Res>['record']>[];
  readonly #serverTiming: boolean;
  readonly #causal: Causal<Req> | undefined;
  readonly #hooks = new TeardownHooks<Parameters<TeardownHook<Req, Res>>>();
  readonly #turns: LoopTurns;
  /** Called when no request uses a session any more. */
  readonly #waiting: (() => void)[] = [];
  /** Requests that use a session, or have a hook all the same, and are not torn down yet. */
  #using = 0;
  /** Requests that have used a session since the start. */
  #sessions = 0;
  readonly #errors = new WeakMap<ServerResponse, unknown>();
  readonly #turningAway: (() => void)[] = [];
  #refuses: ((incoming: IncomingMessage, outgoing: ServerResponse) => boolean) | undefined;

  constructor(framework: Framework<Req, Res>, options: RequestScopeOptions<Req, Res> = {}) {
    this.#framework = framework;
    this.#options = options;
    this.#records = options.record ? [options.record] : [];
    this.#serverTiming = options.serverTiming ?? isDevelopment();
    this.#causal = options.causal && new Causal(options.causal, options.logger);
    this.#turns = new LoopTurns(options.turnMs === 0 ? Infinity : (options.turnMs ?? TURN_MS));
    if (options.onTeardown) this.#hooks.add(options.onTeardown);
  }

  /**
   * Begins a request's scope and calls `run` in it, at once or in a later turn of the event loop. Never, where the client has left
   * meanwhile, or where the request was refused ({@link turnAway}): it has its answer then.
   */
  begin(exchange: Exchange<Req, Res>, run: () => void): void {
    const { incoming, outgoing, req } = exchange;
    if (this.#refuses?.(incoming, outgoing)) return;
    this.#turns.run(() => {
      if (incoming.socket.destroyed) return; // the client is gone
      const before = this.#causal?.before(req, incoming);
      if (!(before instanceof Promise)) return this.#begin(exchange, run, before);
      void before.then((text) => this.#begin(exchange, run, text));
    });
  }

  /** As `begin`, for a handler that returns a promise: what it rejects with is noted for the teardown hooks. */
  run<T>(exchange: Exchange<Req, Res>, handler: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const noted = async (): Promise<T> => {
        try {
          return await handler();
        } catch (error) {
          this.noteError(exchange.outgoing, error);
          throw error;
        }
      };
      this.begin(exchange, () => void noted().then(resolve, reject));
    });
  }

  /**
   * For a framework that still has the answer in its hands: commits what the request that the code runs in has done, where its mode
   * is `on-success`, `status` is below 400 and it has not failed. An answer that goes out without this waits for its commit.
   *
   * @throws what the commit fails with, which is noted for the teardown hooks.
   */
  async commitBefore(status: number, { outgoing }: Messages): Promise<void> {
    const scope = currentRequestScope();
    if (!scope || !this.#isCommitted(scope, status, outgoing)) return;
    try {
      await commitAll(scope);
    } catch (error) {
      this.noteError(outgoing, error);
      throw error;
    }
  }

  /** How many requests had positions of `causal` that could not be trusted. */
  get refusedPositions(): number {
    return this.#causal?.refused ?? 0;
  }

  /** @param seen what earlier requests of the same user have written */
  #begin(exchange: Exchange<Req, Res>, run: () => void, seen: string | undefined): void {
    const { incoming, outgoing, req, res } = exchange;
    const always = this.#hooks.withoutData;
    const before = this.#using > 0 ? undefined : this.#sessions;
    const { onRefused } = this.#options;
    let isHeld = false;
    const hold = (): void => {
      if (this.#causal) void scope.positions; // what it does at the head of the answer comes after the commit
      if (isHeld || scope.commitMode === 'manual') return;
      isHeld = true;
      this.#hold(scope, exchange);
    };
    const scope: RequestScope = new RequestScope(req, {
      commit: this.#options.commit ?? 'manual',
      onCommitMode: hold,
      logger: this.#options.logger,
      observer: this.#observerOf(exchange),
      settings: settingsOf(this.#options, req),
      onRefused: (error) =>
        onRefused
          ? onRefused(error, req, res)
          : warnOfRefused(scope.logger, error, this.#routeOf(exchange)),
      onFirstSession: () => {
        scope.overlaps = this.#sessions++ !== before;
        if (!always) this.#watch(scope, exchange);
        hold();
      },
      positions: () =>
        this.#causal?.positions(req, exchange, seen) ??
        new Positions({ readsReplicas: readsReplicas(incoming) }),
      isOver: () => outgoing.closed || outgoing.destroyed || outgoing.writableFinished,
    });
    if (always) this.#watch(scope, exchange);
    enterScope(scope, run);
  }

  #observerOf({ outgoing, req, res }: Exchange<Req, Res>): ScopeObserver | undefined {
    const observers: ScopeObserver[] = [];
    for (const record of this.#records) {
      const observer = record(req, res);
      if (observer) observers.push(observer);
    }
    if (this.#serverTiming) {
      const times = new RequestTimes();
      announce(times, outgoing);
      observers.push(times);
    }
    return observers.length > 1 ? new Observers(observers) : observers[0];
  }

  /** `GET /users/:id`, or with the path that was asked for. */
  #routeOf({ incoming, req }: Exchange<Req, Res>): string {
    return `${incoming.method} ${this.#framework.pathOf(req) ?? pathOf(incoming)}`;
  }

  /**
   * Adds a hook; all are called, in order, with what the request failed with. Requests that arrive from now on have it.
   *
   * @param options.withoutData call it for requests that use no session, too.
   */
  onTeardown(hook: TeardownHook<Req, Res>, options?: TeardownOptions): void {
    this.#hooks.add(hook, options);
  }

  /** @internal Whether anybody wants to know errors. */
  get hasHooks(): boolean {
    return !this.#hooks.isEmpty;
  }

  /** @internal Called where an answer may wait for its commit: whether the handler has failed has to be known then. */
  onHold: () => void = () => undefined;

  /** Records requests from now on, as the option `record` does and beside it: for tools that look at an app from outside. */
  record(choose: NonNullable<RequestScopeOptions<Req, Res>['record']>): void {
    this.#records.push(choose);
  }

  /** From now on asks `refuses` of every request; one that it has answered, with `true`, reaches no route. */
  turnAway(refuses: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean): void {
    this.#refuses = refuses;
    for (const listener of this.#turningAway) listener();
  }

  /** Calls `listener` when the app begins to turn requests away: an answer without an end, as server-sent events are, ends then. */
  onTurnAway(listener: () => void): void {
    this.#turningAway.push(listener);
  }

  /** Lets teardown hooks know an error that an error handler of the app is about to answer. */
  noteError(outgoing: ServerResponse, error: unknown): void {
    this.#errors.set(outgoing, error);
  }

  /** Resolves when every request that used a session is torn down: wait for it before disposing engines. */
  idle(): Promise<void> {
    if (this.#using === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #isCommitted(scope: RequestScope, status: number, outgoing: ServerResponse): boolean {
    return status < 400 && scope.commitMode === 'on-success' && !this.#errors.has(outgoing);
  }

  /** From now on the answer waits for the commit, if there is one to be made. */
  #hold(scope: RequestScope, exchange: Exchange<Req, Res>): void {
    const { incoming, outgoing } = exchange;
    this.onHold();
    const failed = (error: unknown): void => {
      this.noteError(outgoing, error);
      if (!clientGone(incoming, outgoing))
        enterScope(scope, () => this.#framework.answer(error, exchange));
    };
    holdAnswer(
      outgoing,
      (status) => (this.#isCommitted(scope, status, outgoing) ? commitAll(scope) : undefined),
      failed,
    );
  }

  #watch(scope: RequestScope, exchange: Exchange<Req, Res>): void {
    this.#using++;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      forget();
      this.#tearDown(scope, exchange);
    };
    exchange.outgoing.on('close', end);
    const forget = onSocketClose(exchange.incoming.socket, end);
  }

  /** A success whose work was not kept, or was not here, is almost always a mistake of the handler. */
  #doubt(scope: RequestScope, exchange: Exchange<Req, Res>): void {
    const { outgoing, req, res } = exchange;
    const { onForgottenCommit, onCommitOfNothing } = this.#options;
    if (scope.hasUncommittedWrites) {
      scope.observer?.note('forgotten-commit', {});
      if (onForgottenCommit) onForgottenCommit(req, res);
      else warnOfForgottenCommit(scope.logger, this.#routeOf(exchange), outgoing);
    } else if (scope.overlaps && scope.committedNothing)
      if (onCommitOfNothing) onCommitOfNothing(req, res);
      else warnOfCommitOfNothing(scope.logger, this.#routeOf(exchange), outgoing);
  }

  /** Most requests end with nothing to wait for: their sessions have committed, or have only read. */
  #tearDown(scope: RequestScope, exchange: Exchange<Req, Res>): void {
    const { outgoing, req, res } = exchange;
    const aborted = !outgoing.writableFinished;
    const error = this.#errors.get(outgoing) ?? (aborted ? new ClientAbortedError() : undefined);
    const report = (failure: unknown): void => {
      const { onTeardownError } = this.#options;
      if (onTeardownError) onTeardownError(failure, req);
      else logTeardownError(scope.logger, failure, this.#routeOf(exchange));
    };
    const over = (): void => {
      if (--this.#using === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
    let ending: Promise<void> | undefined;
    try {
      if (!aborted && outgoing.statusCode < 300) this.#doubt(scope, exchange);
      // The client does not wait for the statement in flight any more.
      ending = scope.end({ cancel: aborted || error instanceof ShutdownError });
    } catch (failure) {
      report(failure);
    }
    if (this.#hooks.isEmpty) {
      if (ending) void ending.catch(report).finally(over);
      else over();
      return;
    }
    void Promise.resolve(ending)
      .catch(report)
      .then(() => this.#hooks.run(scope.used, error, req, res))
      .then((failures) => failures.forEach(report))
      .finally(over);
  }
}

/** The path of a request, without its query. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] as string;
}

function settingsOf<Req, Res>(
  { settings }: RequestScopeOptions<Req, Res>,
  req: Req,
): SettingsSource | undefined {
  return typeof settings === 'function' ? (engine) => settings(req, engine) : settings;
}

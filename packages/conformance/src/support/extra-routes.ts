/**
 * Routes that no contract has and the suites need: a handler given by the test itself, run in a request
 * scope of its own in front of the app. The app under test provides nothing for them.
 */
import type { Engine, Session } from '@quartet/db-core';
import { openedSession } from '@quartet/db-core/binding';
import type { TeardownHook } from '@quartet/db-core/express';
import { RequestScopes } from '@quartet/db-core/express';
import { errorHandler } from '@quartet/express-service';
import type { Queries } from '@quartet/http-contract';
import type { NextFunction, Request, Response, Router } from 'express';
import express from 'express';

export type ExtraHandler = (req: Request, res: Response, next: NextFunction) => unknown;

export class ExtraRoutes {
  readonly router: Router = express.Router();
  readonly scopes: RequestScopes;
  /** Errors that were answered with 500 or cut a connection, in order. */
  readonly failures: unknown[] = [];
  /** What teardown hooks threw, in order. */
  readonly teardownFailures: unknown[] = [];
  readonly #queries: Queries;
  readonly #engine: Engine;
  readonly #handlers = new Map<string, ExtraHandler>();
  #serial = 0;
  #onTeardown: TeardownHook = () => undefined;

  constructor(queries: Queries, engine: Engine) {
    this.#queries = queries;
    this.#engine = engine;
    this.scopes = new RequestScopes({
      onTeardown: (...args) => this.#onTeardown(...args),
      onTeardownError: (error) => this.teardownFailures.push(error),
    });
    this.router.all('/extra/:id', this.scopes.middleware, (req, res, next) =>
      this.#handlers.get(String(req.params['id']))?.(req, res, next),
    );
    this.router.use('/extra', errorHandler({ onError: (error) => this.failures.push(error) }));
  }

  /** Adds a handler; returns its path. */
  add(handler: ExtraHandler): string {
    const id = String(++this.#serial);
    this.#handlers.set(id, handler);
    return `/extra/${id}`;
  }

  /** Calls `hook` at every teardown of these routes, instead of the one before. */
  onTeardown(hook: TeardownHook): void {
    this.#onTeardown = hook;
  }

  /** The session that the style's own queries use in this scope: opened by asking one of them. */
  async session(): Promise<Session> {
    await this.#queries.findUser(1);
    const session = openedSession(this.#engine);
    if (!session) throw new Error("The style's queries ran without a session of this scope.");
    return session;
  }
}

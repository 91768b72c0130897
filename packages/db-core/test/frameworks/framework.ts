/**
 * What the suites of this folder need of a web framework: an app with their handlers, written once and answered in each
 * framework's own way. Where frameworks differ, a gap says so.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { IntegrityError } from '@quartet/db-core';
import type { CommitMode, RequestScopeOptions, RequestScopes } from '@quartet/db-core/http';

/** What one request gives its handler, whose result goes back to the framework. */
export interface Call {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** The last part of the path. */
  readonly name: string;
  header(name: string, value: string): void;
  json(status: number, body: unknown): unknown;
  text(status: number, body: string): unknown;
  empty(status: number): unknown;
  redirect(to: string): unknown;
  stream(parts: Readable): unknown;
  /** From now on the handler answers by `outgoing`, and the framework does not. */
  takeOver(): unknown;
}

export type Handler = (call: Call) => unknown;

/** Differences that follow from a framework, each with its reason. */
export interface Gaps {
  /** Headers that middleware in front has set are not in the answer of a commit that failed. */
  readonly losesEarlierHeaders?: string;
  /** An error of a handler that has taken the answer over is known to nobody but the handler: it tells `noteError`. */
  readonly hidesErrorsOfTakenOver?: string;
  /** A commit that fails below the framework, of an answer that was taken over or is made as it is read, is an empty 500. */
  readonly failsBriefly?: string;
  /** Has no routes that could be named in a warning. */
  readonly namesNoRoute?: string;
}

/** Any framework's: the suites look at what is Node's. */
// oxlint-disable-next-line typescript/no-explicit-any -- each framework's own request and reply
export type Options = RequestScopeOptions<any, any>;

export interface Route {
  readonly method?: 'GET' | 'POST';
  /** With `:name` as its last part, or without. */
  readonly path: string;
  readonly mode?: CommitMode;
  readonly handler: Handler;
}

export interface App {
  readonly server: Server;
  readonly scopes: Pick<RequestScopes, 'idle' | 'turnAway' | 'noteError'>;
  /** Called when the server is closed. */
  close?(): Promise<unknown> | undefined;
}

export interface TestFramework {
  readonly name: string;
  readonly gaps: Gaps;
  /**
   * An app whose middleware has set the header `X-Before` when a request comes, and whose errors are answered with 409 or 500 and
   * the class of the error, or with a redirect to `sorry`.
   */
  app(routes: readonly Route[], options: Options, sorry?: string): App | Promise<App>;
}

export const statusOf = (error: unknown): number => (error instanceof IntegrityError ? 409 : 500);
export const nameOf = (error: unknown): string => (error as Error).constructor.name;
export const lastPart = (url: string): string => url.split('/').at(-1) as string;

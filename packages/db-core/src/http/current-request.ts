/** The request that the code runs in: its scope knows it. */
import { IncomingMessage } from 'node:http';
import type { ScopeOptions } from '../session/scope';
import { currentScope, Scope } from '../session/scope';

/**
 * Who commits: `manual`, the handler; `on-success`, the scope, before the first byte of an answer below 400.
 */
export type CommitMode = 'manual' | 'on-success';

export class RequestScope extends Scope {
  /** As the framework gives it to its handlers. */
  readonly request: unknown;
  /** Whether another request used a session between the beginning of this one and its own first use. */
  overlaps = false;
  readonly #onCommitMode: (mode: CommitMode) => void;
  #commitMode: CommitMode;

  /** @param onCommitMode called when the mode changes */
  constructor(
    request: unknown,
    options: ScopeOptions & {
      readonly commit: CommitMode;
      readonly onCommitMode: (mode: CommitMode) => void;
    },
  ) {
    super(options);
    this.request = request;
    this.#commitMode = options.commit;
    this.#onCommitMode = options.onCommitMode;
  }

  get commitMode(): CommitMode {
    return this.#commitMode;
  }

  set commitMode(mode: CommitMode) {
    this.#commitMode = mode;
    this.#onCommitMode(mode);
  }
}

/** The scope of the request that the code runs in; undefined outside every request. */
export function currentRequestScope(): RequestScope | undefined {
  const scope = currentScope()?.outermost;
  return scope instanceof RequestScope ? scope : undefined;
}

/** What Node has of the request that the code runs in; undefined outside every request, and in a framework with objects of its own. */
export function currentRequest(): IncomingMessage | undefined {
  const request = currentRequestScope()?.request;
  return request instanceof IncomingMessage ? request : undefined;
}

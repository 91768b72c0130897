/** The request that the code runs in: its scope knows it. */
import type { Request } from 'express';
import type { ScopeOptions } from '../session/scope';
import { currentScope, Scope } from '../session/scope';

export class RequestScope extends Scope {
  readonly request: Request;

  constructor(request: Request, options: ScopeOptions) {
    super(options);
    this.request = request;
  }
}

/** Undefined outside every request, as in a script. */
export function currentRequest(): Request | undefined {
  const scope = currentScope()?.outermost;
  return scope instanceof RequestScope ? scope.request : undefined;
}

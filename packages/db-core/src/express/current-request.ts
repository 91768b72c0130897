import type { Request } from 'express';
import { currentRequestScope } from '../http/current-request';

/** Undefined outside every request, as in a script. */
export function currentRequest(): Request | undefined {
  return currentRequestScope()?.request as Request | undefined;
}

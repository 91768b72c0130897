/**
 * The missing `await` before `commit()`: its request is over before the call is, the call is refused, and nobody handles that.
 * The scope tells of it once, and the process goes on; Node would end it, and every other request with it.
 *
 * Promises of the app and of its libraries cannot be marked as handled from here, so this listens to Node's event from the
 * moment when a call was refused or cut. Whatever else nobody handles is given back to Node as it came, and where the app
 * listens by itself nothing is done at all: its listener decides.
 *
 * @see https://nodejs.org/api/process.html#event-unhandledrejection
 */
import { setImmediate } from 'node:timers';
import { translateError } from '../dialects/translate-error';
import { OperationalError, ScopeClosedError } from '../errors/errors';
import { currentScope } from './scope';

const EVENT = 'unhandledRejection';

/** Call it where a call is refused or cut because its scope has ended. */
export function expectRefusals(): void {
  if (process.listenerCount(EVENT) === 0) process.on(EVENT, onUnhandled);
}

function onUnhandled(reason: unknown): void {
  const scope = currentScope()?.outermost; // that of the code whose promise it is
  const error = translateError(reason);
  if (scope?.closed && isRefusal(error)) return scope.tellRefused(reason as Error);
  if (process.listenerCount(EVENT) > 1) return;
  // Rejected again with nobody listening, it is what it would have been without us, whatever Node was told to do.
  process.off(EVENT, onUnhandled);
  void Promise.reject(reason as Error);
  setImmediate(expectRefusals);
}

/** Whether the end of the scope has refused the call, or has stopped its statement. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof ScopeClosedError ||
    (error instanceof OperationalError && error.reason === 'cancelled')
  );
}

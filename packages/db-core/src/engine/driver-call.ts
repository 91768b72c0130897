/** The driver call that a statement makes: timed where somebody listens, its outcome in the form that its caller expects. */
import type { CursorResult, DriverConnection } from '../dialects/driver-connection';
import type { Checkout } from './checkout';
import type { EventDetails } from './events';
import type { QueryTrace } from './channels';
import { translateError } from '../dialects/translate-error';
import { queryChannel, traced } from './channels';
import { Result, rowCountOf } from './result';

/** May answer at once or later, and settles when the driver has finished. */
export type DriverCall<T> = (driver: DriverConnection) => T | Promise<T>;

/** In which form the caller gets the outcome of a statement. */
export interface Form<T, R> {
  result(answer: T | undefined): R;
  error(error: unknown): unknown;
}

/** The answer to transaction control. */
const NOTHING: CursorResult = { columns: [], rows: [], rowCount: 0 };

/** For libraries: as their driver gives it. */
export const AS_DRIVER: Form<never, unknown> = {
  result: (answer) => answer,
  error: (error) => error,
};

/** For callers of `execute`. */
export const AS_RESULT: Form<CursorResult, Result> = {
  result: (cursor) => new Result(cursor ?? NOTHING),
  error: translateError,
};

/** The same call, timed, with an event of it and a trace. Called while the stack is the caller's. */
export function observed<T>(
  checkout: Checkout,
  sql: string,
  params: unknown,
  call: DriverCall<T>,
): DriverCall<T> {
  const location = checkout.listener?.location?.();
  const timed = (driver: DriverConnection, trace?: QueryTrace): T | Promise<T> => {
    const startedAt = performance.now();
    const note = (outcome: Pick<EventDetails, 'rowCount' | 'error'>): void => {
      const durationMs = performance.now() - startedAt;
      checkout.notify('query', { sql, params, location, durationMs, ...outcome });
      if (trace) Object.assign(trace, { durationMs, ...outcome });
    };
    const answered = (result: T): T => {
      note({ rowCount: rowCountOf(result) });
      return result;
    };
    const failed = (error: unknown): never => {
      note({ error });
      throw error;
    };
    let running: T | Promise<T>;
    try {
      running = call(driver);
    } catch (error) {
      return failed(error);
    }
    return running instanceof Promise ? running.then(answered, failed) : answered(running);
  };
  return (driver) => {
    if (!queryChannel.hasSubscribers) return timed(driver);
    const trace = checkout.traceOfQuery(sql, params);
    return traced(queryChannel, trace, async () => timed(driver, trace));
  };
}

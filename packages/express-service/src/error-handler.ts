/** The last two handlers of an app: no route matched, and something was thrown. */
import type { Logger } from '@quartet/db-core';
import { OperationalError, translateError } from '@quartet/db-core';
import { clientGone } from '@quartet/db-core/express';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { ErrorToProblemOptions } from './error-to-problem';
import { errorToProblem } from './error-to-problem';
import { HttpProblem, sendProblem } from './problem';

/** Options of `errorHandler`. */
export interface ErrorHandlerOptions extends Omit<ErrorToProblemOptions, 'readOnly'> {
  /**
   * Called with every error that is answered with 500 or more, unless a handler threw that answer itself.
   * Default: it is logged, with the stack when it is a 500; nothing for a deadlock or a lock that was
   * not given in time, where the answer asks the client to try again.
   */
  readonly onError?: (error: unknown, problem: HttpProblem, req: Request) => void;
  /** Where errors are logged: pino's or one like it. Default: the console. */
  readonly logger?: Pick<Logger, 'error'>;
}

/** Answers 404: register it behind the routes. */
export const notFound: RequestHandler = (req) => {
  throw new HttpProblem(404, `There is no ${req.path} here.`);
};

/**
 * Answers what was thrown as a problem document. A request whose client has left is neither answered nor
 * reported: what fails then is a consequence of that.
 *
 * @example
 * app.use(notFound);
 * app.use(noteErrors, errorHandler({ messages: { duplicate: 'This name is already taken.' } }));
 */
export function errorHandler(options: ErrorHandlerOptions = {}): ErrorRequestHandler {
  const { logger } = options;
  const { onError = (error, problem, req) => logError(logger, error, problem, req) } = options;
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    if (clientGone(req, res)) return;
    const readOnly = req.method === 'GET' || req.method === 'HEAD';
    const problem = errorToProblem(error, { ...options, readOnly });
    if (problem.status >= 500 && problem !== error) onError(error, problem, req);
    // Half an answer is out: cutting the connection is the only way to say that it is not whole.
    if (res.headersSent) res.destroy();
    else sendProblem(req, res, problem);
  };
}

function logError(
  logger: ErrorHandlerOptions['logger'],
  error: unknown,
  { status }: HttpProblem,
  req: Request,
): void {
  const translated = translateError(error);
  if (translated instanceof OperationalError && translated.retryable && !translated.outcomeUnknown)
    return;
  const { name, message } =
    translated instanceof Error ? translated : new Error(String(translated));
  const place = status === 500 && error instanceof Error ? `\n${frames(error)}` : '';
  const line = place ? `${name}: ${message}${place}` : message;
  const text = `${req.method} ${routeOf(req)} ${status}: ${line}`;
  // The error itself is not among the details: some libraries write the statement and its values into it.
  if (logger) logger.error({ method: req.method, route: routeOf(req), status, type: name }, text);
  else console.error(text);
}

/** `/find/:name`, not `/find/ana`: a log is not the place for names and e-mail addresses. */
function routeOf(req: Request): string {
  const route = req.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : req.path;
}

/** Where it was thrown, without its text: some libraries write the statement and its values into that. */
function frames({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

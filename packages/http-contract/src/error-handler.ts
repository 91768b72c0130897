/** The last two handlers of the contract: no route matched, and something was thrown. */
import { OperationalError, translateError } from '@quartet/db-core';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { errorToProblem } from './error-to-problem';
import { HttpProblem, sendProblem } from './problem';

export interface ErrorHandlerOptions {
  /**
   * Told of every error that is answered with 500 or more, unless a handler threw that answer itself.
   * Default: one line on stderr, with the stack when it is a 500; nothing for a deadlock or a lock that was
   * not given in time, which the client is told to try again.
   */
  readonly onError?: (error: unknown, problem: HttpProblem, req: Request) => void;
}

export const notFound: RequestHandler = (req) => {
  throw new HttpProblem(404, `There is no ${req.path} here.`);
};

/** Answers what was thrown as a problem document; a client that has gone away gets, and costs, nothing. */
export function errorHandler({
  onError = logError,
}: ErrorHandlerOptions = {}): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    // Whatever fails after the client left (ScopeClosedError above all) is the abort's consequence.
    // A stream that failed has destroyed the response as well, but with the error that is reported here.
    if (res.destroyed && res.errored !== error) return;
    if (req.destroyed && !req.complete) return;
    const problem = errorToProblem(error);
    if (problem.status >= 500 && problem !== error) onError(error, problem, req);
    // Half an answer is out: cutting the connection is the only way to say that it is not whole.
    if (res.headersSent) res.destroy();
    else sendProblem(req, res, problem);
  };
}

function logError(error: unknown, { status }: HttpProblem, req: Request): void {
  const translated = translateError(error);
  if (translated instanceof OperationalError && translated.retryable) return;
  const { name, message } =
    translated instanceof Error ? translated : new Error(String(translated));
  const place = status === 500 && error instanceof Error ? `\n${frames(error)}` : '';
  const said = place ? `${name}: ${message}${place}` : message;
  console.error(`${req.method} ${req.path} ${status}: ${said}`);
}

/** Where it was thrown, without its text: some libraries write the statement and its values into that. */
function frames({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

/**
 * Where warnings go: to the logger that the app gives, or to the console. It is asked as pino's is, `logger.warn(object, message)`;
 * bunyan's, and Fastify's `app.log`, are the same.
 *
 * @see https://getpino.io/#/docs/api?id=logger
 */
import { inspect } from 'node:util';
import { ArgumentError } from './errors';

/** `details` are for programs, `message` is for people. An error among the details is `err`, as pino's serializers expect it. */
export type LogMethod = (details: object, message: string) => void;

/** Where warnings go. pino's and bunyan's loggers, and Fastify's `app.log`, are ones. */
export interface Logger {
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
}

/** What is used where the app gives no logger: the message on the console, with the error where there is one. */
export const consoleLogger: Logger = {
  error: (details, message) => console.error(...shown(details, message)),
  warn: (details, message) => console.warn(...shown(details, message)),
  info: (details, message) => console.log(...shown(details, message)),
  debug: (details, message) => console.debug(...shown(details, message)),
};

function shown(details: object, message: string): unknown[] {
  return 'err' in details ? [message, details.err] : [message];
}

/** @throws ArgumentError for what cannot be asked as a logger is. */
export function assertLogger(given: Logger): void {
  const missing = (['error', 'warn', 'info', 'debug'] as const).filter(
    (level) => typeof (given as Partial<Logger> | null)?.[level] !== 'function',
  );
  if (missing.length === 0) return;
  throw new ArgumentError(
    `logger must have the methods error, warn, info and debug, as pino() has, and ${inspect(given, { depth: 0 })} lacks ${missing.join(', ')}.`,
  );
}

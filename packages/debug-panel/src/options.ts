/** The options of the panel, and what they are where they say nothing. */
import type { Request } from 'express';
import { ArgumentError } from '@quartet/db-core';
import { assertKnownOptions } from '@quartet/db-core/binding';

/** Options of `debugPanel`. */
export interface DebugPanelOptions {
  /** Where the page is. Default `/__quartet`. */
  readonly path?: string;
  /** So many requests are kept, the last ones; those that used no session make room first. Default 100. */
  readonly requests?: number;
  /** So many events of one request are kept; the rest is counted. Default 500. */
  readonly eventsPerRequest?: number;
  /** About so many bytes are kept in all. Default 16,000,000. */
  readonly memoryBytes?: number;
  /** So many characters of a parameter are kept. Default 200. */
  readonly parameterLength?: number;
  /**
   * Show parameters, literals in statements, messages of errors and query strings, and explain statements. Default: only
   * where NODE_ENV is `development`, `test` or not set.
   */
  readonly showParameters?: boolean;
  /** Mark reads of one shape that a session sends so often, with nothing written between, as N+1. Default 5. */
  readonly nPlusOneThreshold?: number;
  /**
   * Put a link to the request's page at the end of HTML that `res.send` or `res.render` answers to this machine; a function
   * chooses the requests. Default false.
   */
  readonly badge?: boolean | ((req: Request) => boolean);
  /** So many pages follow live at once; a further one does not. Default 8. */
  readonly liveClients?: number;
  /** Lines of code are named from here. Default: the working directory. */
  readonly root?: string;
}

export type KnownOptions = Required<DebugPanelOptions>;

const COUNTS = [
  'requests',
  'eventsPerRequest',
  'memoryBytes',
  'parameterLength',
  'nPlusOneThreshold',
  'liveClients',
] as const;

/** @throws ArgumentError for an unknown option, a count below 1, or a path that is none. */
export function optionsOf(given: DebugPanelOptions): KnownOptions {
  const known: KnownOptions = {
    path: '/__quartet',
    requests: 100,
    eventsPerRequest: 500,
    memoryBytes: 16_000_000,
    parameterLength: 200,
    showParameters: ['development', 'test', ''].includes(process.env['NODE_ENV'] ?? ''),
    nPlusOneThreshold: 5,
    badge: false,
    liveClients: 8,
    root: process.cwd(),
  };
  assertKnownOptions('option of debugPanel', given, known);
  const options = { ...known, ...given };
  for (const name of COUNTS)
    if (!Number.isSafeInteger(options[name]) || options[name] < 1)
      throw new ArgumentError(`${name} must be a whole number above 0, not ${options[name]}.`);
  if (!/^(?:\/[\w.~-]+)+$/.test(options.path))
    throw new ArgumentError(`path must be like '/__quartet', not '${options.path}'.`);
  return Object.freeze(options);
}

/**
 * What a parameter of a database URL may say. Each database has a table of its own in its folder
 * (`url-parameters.ts`), which the page about the engine shows; a parameter that is not in it is refused.
 */
import { ArgumentError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { READS_FROM, type ReadsFrom } from './options';

/** Options of the engine that a URL may set; what `createEngine` is given itself wins. */
export interface UrlSettings {
  poolSize?: number;
  acquireTimeoutMs?: number;
  recycleSeconds?: number;
  idleTimeoutMs?: number;
  minPoolSize?: number;
  prePing?: boolean | number;
  connectTimeoutMs?: number;
  networkTimeoutMs?: number;
  statementTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  busyTimeoutMs?: number;
  preparedStatements?: boolean;
  readsFrom?: ReadsFrom;
  failoverTimeoutMs?: number;
  maxLagMs?: number;
  causalWaitMs?: number;
}

export interface UrlParameter {
  /** A line for the page about the engine, with the unit. */
  readonly means: string;
  /** Its values, if there are only some, in small letters. */
  readonly values?: readonly string[];
  /** Never shown. */
  readonly secret?: true;
  /** What it sets of the engine's options. @throws ArgumentError for a value that makes no sense. */
  readonly sets?: (text: string, name: string) => UrlSettings;
}

export type UrlParameters = Readonly<Record<string, UrlParameter>>;

type Numeric = Exclude<keyof UrlSettings, 'preparedStatements' | 'readsFrom'>;

/** A number of the engine's options. @param factor by which the parameter's unit is that many of the option's. */
export function numeric(option: Numeric, unit: string, factor = 1): UrlParameter {
  return {
    means: `${option}${unit && `, in ${unit}`}`,
    sets: (text, name) => ({ [option]: numberIn(text, name) * factor }),
  };
}

function flag(option: 'prePing' | 'preparedStatements'): UrlParameter {
  return {
    means: option,
    values: ['true', 'false'],
    sets: (text) => ({ [option]: text.toLowerCase() === 'true' }),
  };
}

/** For every database: SQLAlchemy's names, and those of the engine's own options. */
export const POOL_PARAMETERS = {
  pool_size: numeric('poolSize', ''),
  pool_timeout: numeric('acquireTimeoutMs', 'seconds', 1000),
  pool_recycle: numeric('recycleSeconds', 'seconds'),
  pool_pre_ping: flag('prePing'),
  poolSize: numeric('poolSize', ''),
  acquireTimeoutMs: numeric('acquireTimeoutMs', 'milliseconds'),
  recycleSeconds: numeric('recycleSeconds', 'seconds'),
  idleTimeoutMs: numeric('idleTimeoutMs', 'milliseconds'),
  minPoolSize: numeric('minPoolSize', ''),
} satisfies UrlParameters;

/** For a database on a server. */
export const SERVER_PARAMETERS = {
  user: { means: 'the user, where none stands before the host' },
  password: { means: 'the password, where none stands before the host', secret: true },
  connect_timeout: numeric('connectTimeoutMs', 'seconds', 1000),
  statement_timeout: numeric('statementTimeoutMs', 'milliseconds'),
  connectTimeoutMs: numeric('connectTimeoutMs', 'milliseconds'),
  statementTimeoutMs: numeric('statementTimeoutMs', 'milliseconds'),
  networkTimeoutMs: numeric('networkTimeoutMs', 'milliseconds'),
  idleInTransactionTimeoutMs: numeric('idleInTransactionTimeoutMs', 'milliseconds'),
  readsFrom: {
    means: 'readsFrom: where sessions that have not written read, of several hosts',
    values: READS_FROM,
    sets: (text) => ({ readsFrom: text.toLowerCase() as ReadsFrom }),
  },
  failoverTimeoutMs: numeric('failoverTimeoutMs', 'milliseconds'),
  maxLagMs: numeric('maxLagMs', 'milliseconds'),
  causalWaitMs: numeric('causalWaitMs', 'milliseconds'),
} satisfies UrlParameters;

export const preparedStatements: UrlParameter = flag('preparedStatements');

/** Several times the same name is an error: one of the values would be dropped in silence. */
export function parametersIn(search: string): Record<string, string> {
  const pairs = [...new URLSearchParams(search)];
  for (const [i, [name]] of pairs.entries()) {
    if (pairs.findIndex(([other]) => other === name) !== i)
      throw new ArgumentError(`its parameter '${name}' is there twice`);
  }
  return Object.fromEntries(pairs);
}

/** @throws ArgumentError for an unknown parameter, with the nearest known one, and for a value it cannot have. */
export function readParameters(
  query: Readonly<Record<string, string>>,
  known: UrlParameters,
  database: string,
): UrlSettings {
  assertKnownOptions(`parameter in the URL of a ${database} database`, query, known);
  const settings: UrlSettings = {};
  for (const [name, text] of Object.entries(query)) {
    const { values, sets } = known[name] as UrlParameter;
    if (values && !values.includes(text.toLowerCase()))
      throw new ArgumentError(
        `its parameter ${name} must be one of ${values.join(', ')}, not '${text}'`,
      );
    Object.assign(settings, sets?.(text, name));
  }
  return settings;
}

function numberIn(text: string, name: string): number {
  const number = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && Number.isFinite(number)) return number;
  throw new ArgumentError(`its parameter ${name} must be a number of 0 or more, not '${text}'`);
}

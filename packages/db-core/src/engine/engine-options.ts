/** Options of `createEngine`, and what they are where they say nothing. */
import { inspect } from 'node:util';
import type { Dialect } from '../dialects/dialect';
import type { DialectOptions } from '../dialects/options';
import type { PoolOptions } from './pool-options';
import type { ReaderOptions } from './readers';
import type { StreamOptions } from './streams';
import { ArgumentError } from '../errors/errors';

/** Options of `createEngine`: those of the pool, of streams, of replicas and of the database's driver, and the engine's own. */
export interface EngineOptions
  extends DialectOptions,
    Partial<PoolOptions>,
    Partial<ReaderOptions>,
    Partial<StreamOptions> {
  /**
   * How long a request waits for another server to take writes when the one that did is lost, before it fails. 0 fails at once.
   * Default 10000 where there are several servers, else 0.
   */
  readonly failoverTimeoutMs?: number;
  /**
   * Show every statement, a line each: `true` on the console, or as `info` of the `logger` where one is given; a function
   * gets the line. Default false.
   */
  readonly echo?: boolean | ((line: string) => void);
  /** Leave the values of statements out of what `echo` shows. Default false. */
  readonly hideParameters?: boolean;
  /** Report a connection held longer than this, with the stack that took it: the `leak` event, or a warning. Default 0: off. */
  readonly leakThresholdMs?: number;
  /**
   * Report a session that does nothing for so long while its transaction is open, with the stack of its last statement:
   * the `idle-in-transaction` event, or a warning once for each place. Default 250; 0, off, where NODE_ENV is `production`
   * or `test`.
   */
  readonly idleInTransactionWarnMs?: number;
  /**
   * Report a session that reads so often by the same statement with other values, and writes nothing between (N+1): the
   * `n-plus-one` event, or a warning once for each place. Default 10; 0, off, where NODE_ENV is `production` or `test`.
   */
  readonly nPlusOneThreshold?: number;
  /** Warn of each statement that the database takes so long for, in milliseconds, without its values. Default 0: off. */
  readonly slowQueryMs?: number;
}

/** One server or a list of several in one URL; or one that takes writes, and others to read from. Which is which is found by asking. */
export type EngineConfig = EngineOptions &
  ({ readonly url: string } | { readonly primary: string; readonly replicas: readonly string[] });

/** @throws ArgumentError */
export function poolOptionsOf(options: EngineOptions, dialect: Dialect): PoolOptions {
  const isOnServer = !dialect.synchronous;
  return Object.freeze({
    poolSize: positive('poolSize', options.poolSize ?? dialect.defaultPoolSize),
    acquireTimeoutMs: positive('acquireTimeoutMs', options.acquireTimeoutMs ?? 30_000),
    prePing: options.prePing ?? 1_000,
    recycleSeconds: atLeastZero(
      'recycleSeconds',
      options.recycleSeconds ?? (isOnServer ? 1_800 : 0),
    ),
    idleTimeoutMs: atLeastZero(
      'idleTimeoutMs',
      options.idleTimeoutMs ?? (isOnServer ? 600_000 : 0),
    ),
    minPoolSize: atLeastZero('minPoolSize', options.minPoolSize ?? 1),
  });
}

/** @throws ArgumentError */
export function failoverTimeoutOf(options: EngineOptions, hasSeveral: boolean): number {
  return atLeastZero('failoverTimeoutMs', options.failoverTimeoutMs ?? (hasSeveral ? 10_000 : 0));
}

/** @throws ArgumentError */
export function readerOptionsOf({
  maxLagMs = 10_000,
  causalWaitMs = 50,
}: EngineOptions): ReaderOptions {
  return {
    maxLagMs: positive('maxLagMs', maxLagMs),
    causalWaitMs: atLeastZero('causalWaitMs', causalWaitMs),
  };
}

function atLeastZero(name: string, value: number): number {
  return value === 0 ? 0 : positive(name, value);
}

export function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ArgumentError(`${name} must be a number above 0, not ${inspect(value)}.`);
}

/** How an app makes its engine: from a URL, with the console watching where that is asked for. */
import type { EngineConfig, EngineOptions } from './engine/engine-options';
import { DatabaseUrl, parseDatabaseUrl } from './dialects/url';
import { Engine } from './engine/engine';
import { ArgumentError } from './errors/errors';
import { assertKnownOptions } from './errors/unknown-option';
import { positive } from './engine/engine-options';
import { consoleEcho, Echo } from './observe/echo';
import { warnOfSlowStatements } from './observe/slow-statements';

const ENGINE_OPTIONS: Readonly<Record<keyof EngineOptions, true>> = {
  poolSize: true,
  acquireTimeoutMs: true,
  prePing: true,
  recycleSeconds: true,
  idleTimeoutMs: true,
  minPoolSize: true,
  failoverTimeoutMs: true,
  maxLagMs: true,
  causalWaitMs: true,
  readsFrom: true,
  maxStreams: true,
  streamTimeoutMs: true,
  connectTimeoutMs: true,
  networkTimeoutMs: true,
  statementTimeoutMs: true,
  idleInTransactionTimeoutMs: true,
  busyTimeoutMs: true,
  preparedStatements: true,
  ssl: true,
  begin: true,
  isolationLevel: true,
  readOnly: true,
  logger: true,
  echo: true,
  hideParameters: true,
  leakThresholdMs: true,
  idleInTransactionWarnMs: true,
  nPlusOneThreshold: true,
  slowQueryMs: true,
};

/**
 * Creates the engine for a database. Opens nothing.
 *
 * @param url a URL, or a configuration with one. Leave it undefined only by mistake: the error shows examples. A list of hosts,
 *   `postgresql://db1,db2:5433/app`, is of servers of one database: transactions go to the one that takes writes, found by asking.
 *   With `{ primary, replicas }` sessions that have written nothing read from the others.
 * @throws ArgumentError for a missing or malformed URL, and for an unknown option or parameter of the URL.
 * @example
 * const engine = createEngine(process.env.DATABASE_URL);
 * const { rowCount } = await engine.execute('select 1 where 1 = :n', { n: 1 });
 * await engine.dispose();
 */
export function createEngine(
  url: string | DatabaseUrl | EngineConfig | undefined,
  options: EngineOptions = {},
): Engine {
  if (typeof url === 'object' && !(url instanceof DatabaseUrl)) return configured(url, options);
  return create(typeof url === 'object' ? url : parseDatabaseUrl(url), options);
}

function configured(config: EngineConfig, more: EngineOptions): Engine {
  if (!('primary' in config)) {
    const { url, ...options } = config;
    return create(parseDatabaseUrl(url), { ...options, ...more });
  }
  const { primary, replicas, ...options } = config;
  if ('url' in options)
    throw new ArgumentError('createEngine takes either a url, or a primary and its replicas.');
  if (!isList(replicas))
    throw new ArgumentError(
      'replicas is a list of URLs, one at least: leave it out, and give the url, where there is none.',
    );
  const others = replicas.map((replica) => parseDatabaseUrl(replica, 'A URL of replicas'));
  return create(parseDatabaseUrl(primary, 'The URL of primary'), { ...options, ...more }, others);
}

function isList(replicas: readonly string[]): boolean {
  return Array.isArray(replicas) && replicas.length > 0;
}

function create(
  url: DatabaseUrl,
  options: EngineOptions,
  replicas?: readonly DatabaseUrl[],
): Engine {
  for (const name of ['replicas', 'primary', 'nodes', 'hosts'])
    if (name in options)
      throw new ArgumentError(
        `createEngine has no option '${name}': name several servers in the URL, postgresql://h1,h2/app, or call createEngine({ primary, replicas }).`,
      );
  assertKnownOptions('option of createEngine', options, ENGINE_OPTIONS);
  const engine = new Engine(url, options, replicas);
  const { echo, hideParameters, logger, slowQueryMs = 0 } = options;
  if (slowQueryMs !== 0) warnOfSlowStatements(engine, positive('slowQueryMs', slowQueryMs));
  if (echo === true && logger)
    new Echo(engine, (line) => logger.info({}, line), { hideParameters }).switch(true);
  else if (echo === true) consoleEcho(engine, { hideParameters }).switch(true);
  else if (echo) new Echo(engine, echo, { hideParameters }).switch(true);
  return engine;
}

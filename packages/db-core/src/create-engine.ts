/** How an app makes its engine: from a URL, with the console watching where that is asked for. */
import type { EngineConfig, EngineOptions } from './engine/engine';
import { DatabaseUrl, parseDatabaseUrl } from './dialects/url';
import { Engine } from './engine/engine';
import { ArgumentError } from './errors/errors';
import { assertKnownOptions } from './errors/unknown-option';
import { consoleEcho, Echo } from './observe/echo';

const ENGINE_OPTIONS: Readonly<Record<keyof EngineOptions, true>> = {
  poolSize: true,
  acquireTimeoutMs: true,
  prePing: true,
  recycleSeconds: true,
  idleTimeoutMs: true,
  minPoolSize: true,
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
  echo: true,
  hideParameters: true,
  leakThresholdMs: true,
  idleInTransactionWarnMs: true,
};

/**
 * Creates the engine for a database. Opens nothing.
 *
 * @param url a URL, or a configuration with one. Leave it undefined only by mistake: the error shows examples.
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
  if (typeof url === 'object' && !(url instanceof DatabaseUrl)) {
    const { url: text, ...rest } = url;
    return createEngine(parseDatabaseUrl(text), { ...rest, ...options });
  }
  for (const name of ['replicas', 'nodes', 'hosts'])
    if (name in options)
      throw new ArgumentError(
        `createEngine has no option '${name}', since an engine has one server: create an engine for each, and give them ` +
          'to the sessions as bind and binds.',
      );
  assertKnownOptions('option of createEngine', options, ENGINE_OPTIONS);
  const engine = new Engine(typeof url === 'object' ? url : parseDatabaseUrl(url), options);
  const { echo, hideParameters } = options;
  if (echo === true) consoleEcho(engine, { hideParameters }).switch(true);
  else if (echo) new Echo(engine, echo, { hideParameters }).switch(true);
  return engine;
}

/** How an app makes its engine: from a URL, with the console watching where that is asked for. */
import type { EngineConfig, EngineOptions } from './engine/engine';
import { DatabaseUrl, parseDatabaseUrl } from './dialects/url';
import { Engine } from './engine/engine';
import { consoleEcho, Echo } from './observe/echo';

/**
 * Creates the engine for a database. Opens nothing.
 *
 * @param url a URL, or a configuration with one. Leave it undefined only by mistake: the error shows examples.
 * @throws ArgumentError for a missing or malformed URL or option.
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
  const engine = new Engine(typeof url === 'object' ? url : parseDatabaseUrl(url), options);
  const { echo, hideParameters } = options;
  if (echo === true) consoleEcho(engine, { hideParameters }).switch(true);
  else if (echo) new Echo(engine, echo, { hideParameters }).switch(true);
  return engine;
}

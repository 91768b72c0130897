/** The engines of an app, made from its configuration or handed in. */
import type { SessionOptions } from '@quartet/db-core';
import { createEngine, Engine } from '@quartet/db-core';
import type { Key } from './apps';
import type { Binds, EngineConfig } from './config';

/** `own` are those made here. */
export function makeEngines(binds: Binds): { engines: Map<Key, Engine>; own: Engine[] } {
  const engines = new Map<Key, Engine>();
  const own: Engine[] = [];
  for (const [key, bind] of binds) {
    const engine = bind instanceof Engine ? bind : open(bind);
    engines.set(key, engine);
    if (engine !== bind) own.push(engine);
  }
  return { engines, own };
}

/** One session for all of them. */
export function bindsOf(engines: ReadonlyMap<Key, Engine>): SessionOptions {
  const bind = engines.get(null);
  const binds: Record<string, Engine> = {};
  for (const [key, engine] of engines) if (key !== null) binds[key] = engine;
  return { ...(bind && { bind }), binds };
}

function open({ url, ...options }: EngineConfig): Engine {
  return createEngine(url, options);
}

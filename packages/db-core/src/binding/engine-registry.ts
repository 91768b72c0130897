/** Which engine an object of a library is bound to. */
import type { Engine } from '../engine/engine';
import { ArgumentError } from '../errors/errors';

/** Which engine each of a library's objects is bound to. */
export interface EngineRegistry<Handle extends object> {
  /** Binds an object to its engine. */
  bind(handle: Handle, engine: Engine): void;
  /** @throws ArgumentError for an object that was not bound. */
  engineOf(handle: Handle): Engine;
}

/**
 * A registry of the objects of one library.
 *
 * @param what the object, for the message: `Knex`.
 * @param call how one is bound: `bindKnex(engine)`.
 */
export function engineRegistry<Handle extends object>(
  what: string,
  call: string,
): EngineRegistry<Handle> {
  const engines = new WeakMap<Handle, Engine>();
  return {
    bind: (handle, engine) => void engines.set(handle, engine),
    engineOf(handle) {
      const engine = engines.get(handle);
      if (engine) return engine;
      throw new ArgumentError(`This ${what} is not bound to an engine: make it by ${call}.`);
    },
  };
}

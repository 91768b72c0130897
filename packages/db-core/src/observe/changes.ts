/**
 * Where bindings report which objects their libraries have written, engine by engine. It costs nothing while no change
 * is tracked.
 */
import type { Engine } from '../engine/engine';

/** What was done to an object. */
export type Operation = 'insert' | 'update' | 'delete';

type ChangeListener = (instance: object, operation: Operation) => void;

/** Makes a library report its changes; gives the function that ends that. */
type Watch = () => () => void;

class Changes {
  readonly listeners = new Set<ChangeListener>();
  readonly watches = new Map<Watch, (() => void) | undefined>();
}

const byEngine = new WeakMap<Engine, Changes>();

/** A binding reports that its library has written this object's row. */
export function noteChange(engine: Engine, instance: object, operation: Operation): void {
  const listeners = byEngine.get(engine)?.listeners;
  if (listeners) for (const listener of listeners) listener(instance, operation);
}

/** A binding says how to watch its library, which is done while changes are tracked. */
export function watchChanges(engine: Engine, watch: Watch): void {
  const { listeners, watches } = changesOf(engine);
  watches.set(watch, listeners.size > 0 ? watch() : undefined);
}

/** Calls `listener` for each change reported on `engine`, until the function that it gives is called. */
export function onChange(engine: Engine, listener: ChangeListener): () => void {
  const { listeners, watches } = changesOf(engine);
  listeners.add(listener);
  for (const [watch, stop] of watches) if (!stop) watches.set(watch, watch());
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    for (const [watch, stop] of watches) {
      stop?.();
      watches.set(watch, undefined);
    }
  };
}

function changesOf(engine: Engine): Changes {
  let changes = byEngine.get(engine);
  if (!changes) byEngine.set(engine, (changes = new Changes()));
  return changes;
}

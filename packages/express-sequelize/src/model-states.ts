/**
 * What Sequelize keeps on a model class (its Sequelize, table, columns typed for the dialect, association
 * methods), once for each app. While one app uses the models it stands on the classes as Sequelize put it;
 * from the second on, each such property answers with what belongs to the app the code runs on.
 */
import type { ModelClass } from './declaration';

type Kept = Map<PropertyKey, PropertyDescriptor>;

/** A class or its prototype. */
interface Target {
  /** What the class had by itself. */
  readonly own: ReadonlySet<PropertyKey>;
  /** The only app so far, whose properties stand there plainly. */
  resident?: object | undefined;
  /** By app, once there are several. */
  readonly kept: Map<object, Kept>;
}

export class ModelStates {
  readonly #targets = new Map<object, Target>();
  readonly #current: (property: PropertyKey) => object | undefined;

  /** @param current the app the code runs on; undefined where several could be meant and any will do. */
  constructor(current: (property: PropertyKey) => object | undefined) {
    this.#current = current;
  }

  /** Runs `fn`, which defines `models` on the Sequelize of `app`, and keeps what it puts on them for that app. */
  define(app: object, models: readonly ModelClass[], fn: () => void): void {
    const objects = models.flatMap((model) => [model, model.prototype as object]);
    for (const object of objects) this.#clear(object);
    try {
      fn();
      for (const object of objects) this.#keep(object, app);
    } finally {
      for (const object of objects) this.#settle(object);
    }
  }

  /** Takes an app's properties off every class. */
  forget(app: object): void {
    for (const [object, target] of this.#targets) {
      this.#clear(object);
      target.kept.delete(app);
      this.#settle(object);
    }
  }

  /** Leaves only what the class had by itself. */
  #clear(object: object): void {
    const target = this.#targetOf(object);
    const taken = take(object, target.own);
    if (target.resident) target.kept.set(target.resident, taken);
    target.resident = undefined;
  }

  #keep(object: object, app: object): void {
    const target = this.#targetOf(object);
    const kept = target.kept.get(app) ?? new Map();
    for (const [key, descriptor] of take(object, target.own)) kept.set(key, descriptor);
    target.kept.set(app, kept);
  }

  #settle(object: object): void {
    const target = this.#targetOf(object);
    take(object, target.own);
    const [only, another] = target.kept;
    if (only && !another) {
      const [app, kept] = only;
      for (const [key, descriptor] of kept) Object.defineProperty(object, key, descriptor);
      target.kept.clear();
      target.resident = app;
      return;
    }
    for (const kept of target.kept.values())
      for (const key of kept.keys())
        if (!Object.hasOwn(object, key)) this.#divide(object, key, target);
  }

  /** A property that is another one for each app. Subclasses and instances that set it get their own, as usual. */
  #divide(object: object, key: PropertyKey, { kept }: Target): void {
    const slot = (): PropertyDescriptor | undefined =>
      (kept.get(this.#current(key) ?? {}) ?? [...kept.values()].at(-1))?.get(key);
    Object.defineProperty(object, key, {
      configurable: true,
      get(this: object): unknown {
        const found = slot();
        if (!found)
          return Reflect.get(Object.getPrototypeOf(object) as object, key, this) as unknown;
        return found.get ? (found.get.call(this) as unknown) : (found.value as unknown);
      },
      set(this: object, value: unknown) {
        const found = slot();
        if (found?.set) found.set.call(this, value);
        else if (this === object && found) found.value = value;
        else
          Object.defineProperty(this, key, {
            value,
            configurable: true,
            enumerable: true,
            writable: true,
          });
      },
    });
  }

  #targetOf(object: object): Target {
    let target = this.#targets.get(object);
    if (!target) {
      target = { own: new Set(Reflect.ownKeys(object)), kept: new Map() };
      this.#targets.set(object, target);
    }
    return target;
  }
}

/** Removes all properties but `except`, and gives them. */
function take(object: object, except: ReadonlySet<PropertyKey>): Kept {
  const taken: Kept = new Map();
  for (const key of Reflect.ownKeys(object)) {
    if (except.has(key)) continue;
    taken.set(key, Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor);
    Reflect.deleteProperty(object, key);
  }
  return taken;
}

/**
 * A value kept with an object: no other code sees it, and it goes when the object goes. It does what a WeakMap does, by a
 * private field that is added to an existing object. For the rows of a page, which live as long as their request, a WeakMap takes
 * twenty times as long, and the garbage collector has to look after its entries.
 *
 * @see https://tc39.es/ecma262/#sec-privatefieldadd
 */
export interface HiddenField<T extends object, V> {
  /** The value; undefined where none was set. */
  get(object: T): V | undefined;
  /** Keeps the value with the object. */
  set(object: T, value: V): void;
  /** Afterwards `get` gives undefined. */
  delete(object: T): void;
}

/** A field of its own: two do not see each other's values. */
export function hiddenField<T extends object, V>(): HiddenField<T, V> {
  class Field extends ExistingObject {
    #value: V | undefined;

    static get(object: T): V | undefined {
      return #value in object ? object.#value : undefined;
    }

    static set(object: T, value: V | undefined): void {
      (#value in object ? object : (new Field(object) as T & Field)).#value = value;
    }

    static delete(object: T): void {
      if (#value in object) object.#value = undefined;
    }
  }
  return Field;
}

/** A derived class adds its fields to the object that this constructor returns. */
class ExistingObject {
  constructor(object: object) {
    return object;
  }
}

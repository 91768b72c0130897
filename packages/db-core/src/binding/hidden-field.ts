/**
 * A value kept with an object: nobody else sees it, and it goes when the object goes. What a WeakMap does, as a private field
 * put onto an object that is there already. For the rows of a page, which live as long as their request, a WeakMap takes
 * twenty times as long, and the garbage collector has to look after its entries.
 *
 * @see https://tc39.es/ecma262/#sec-privatefieldadd
 */
export interface HiddenField<T extends object, V> {
  get(object: T): V | undefined;
  set(object: T, value: V): void;
  /** Afterwards `get` gives undefined. */
  delete(object: T): void;
}

/** A field of its own: two do not see each other's values. */
export function hiddenField<T extends object, V>(): HiddenField<T, V> {
  class Field extends Itself {
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

/** What a constructor returns is what the fields of the classes derived from it are added to. */
class Itself {
  constructor(object: object) {
    return object;
  }
}

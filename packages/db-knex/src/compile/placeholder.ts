/**
 * Stands for a value while the function of a compiled query runs. The function may only pass it on to Knex: anything
 * that depends on the value would be compiled once and then hold for all values.
 */
import { InvalidRequestError } from '@quartet/db-core';

/** Far from every number that a statement is written with, and exact. */
const FIRST_STAND_IN = 8_140_406_085_191_601;

export class Placeholder {
  /** @internal */
  readonly index: number;
  readonly #path: string;

  constructor(index: number, path: string) {
    this.index = index;
    this.#path = path;
  }

  /** The number that Knex finds where it wants one: it parses what `limit` and `offset` are given. */
  get standIn(): number {
    return FIRST_STAND_IN + this.index;
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return String(this.standIn);
    throw this.wasRead('the value');
  }

  toString(): string {
    return String(this.standIn);
  }

  /** @internal */
  wasRead(what: string): InvalidRequestError {
    return new InvalidRequestError(
      `The function of a compiled query reads ${what} of the argument '${this.#path}'. It is called once for all values and may ` +
        'only pass them on to Knex: work it out before the call, and give it as an argument.',
    );
  }

  /** @internal It was spliced into a text, used as a name, or left out. */
  wasNotBound(): InvalidRequestError {
    return new InvalidRequestError(
      `The argument '${this.#path}' of a compiled query is not among the bindings of its statement. Pass it to Knex as a value ` +
        `(where, whereIn, limit, a '?' of raw), not inside a text or as a name, and leave out what the statement does not need.`,
    );
  }
}

/** `name.length`, `createdAt.getTime()`: what the value itself would have answered. */
for (const name of [String, Number, Date].flatMap(({ prototype }) =>
  Object.getOwnPropertyNames(prototype),
)) {
  if (name in Placeholder.prototype) continue;
  Object.defineProperty(Placeholder.prototype, name, {
    get(this: Placeholder): never {
      throw this.wasRead(`'${name}'`);
    },
  });
}

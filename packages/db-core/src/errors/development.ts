/** Warnings for developers: whether they are wanted, and that none is repeated. */

/** Whether they are wanted: neither in production nor in tests. */
export function isDevelopment(): boolean {
  return !['production', 'test'].includes(process.env['NODE_ENV'] ?? '');
}

/** How many places one kind of warning names at most. */
const MOST_PLACES = 100;

/** The places in the code that one kind of warning has named. */
export class WarnedPlaces {
  readonly #places = new Set<string>();

  /** Whether `place` was not named yet; it is from now on. */
  add(place: string): boolean {
    if (this.#places.has(place) || this.#places.size === MOST_PLACES) return false;
    this.#places.add(place);
    return true;
  }
}

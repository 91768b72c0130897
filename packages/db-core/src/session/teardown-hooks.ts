/**
 * Functions of the application that are called when a scope has ended, in the order in which they were added.
 *
 * Ports Flask's `@app.teardown_appcontext`.
 *
 * @see https://flask.palletsprojects.com/en/stable/api/#flask.Flask.teardown_appcontext
 */
import { assertKnownOptions } from '../errors/unknown-option';

/** Options of `teardown(hook)`. */
export interface TeardownOptions {
  /** Call it also for scopes that have used no session. Default false. */
  readonly withoutData?: boolean;
}

/** Functions of the app that are called when a scope has ended, in the order in which they were added. */
export class TeardownHooks<Args extends readonly unknown[]> {
  readonly #hooks = new Map<(...args: Args) => unknown, TeardownOptions>();

  get isEmpty(): boolean {
    return this.#hooks.size === 0;
  }

  /** Whether one of them is for every scope. */
  get withoutData(): boolean {
    for (const { withoutData } of this.#hooks.values()) if (withoutData) return true;
    return false;
  }

  /** A hook that was added before is not called twice. @throws ArgumentError for an unknown option. */
  add(hook: (...args: Args) => unknown, options: TeardownOptions = {}): void {
    assertKnownOptions('option of onTeardown()', options, { withoutData: true });
    this.#hooks.set(hook, options);
  }

  /**
   * Calls all of them, one after the other, also where one fails.
   *
   * @param used whether the scope has used a session.
   * @returns what they failed with.
   */
  async run(used: boolean, ...args: Args): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (const [hook, { withoutData }] of this.#hooks) {
      if (!used && !withoutData) continue;
      try {
        await hook(...args);
      } catch (failure) {
        failures.push(failure);
      }
    }
    return failures;
  }

  [Symbol.iterator](): IterableIterator<[(...args: Args) => unknown, TeardownOptions]> {
    return this.#hooks.entries();
  }
}

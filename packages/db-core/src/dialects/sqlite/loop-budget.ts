/**
 * A synchronous driver under promises never lets the event loop turn: each answer is there before anything else can run.
 * So after some milliseconds of statements the next one waits for a turn of the loop. Below that it costs a look at the clock.
 */
import { setImmediate } from 'node:timers';

const BUDGET_MS = 10;

export class LoopBudget {
  /** When the first statement of this turn of the loop was sent. */
  #since: number | undefined;
  readonly #reset = (): void => void (this.#since = undefined);

  /** Call it before each statement. A promise of a later turn of the loop where this one has lasted long enough. */
  spend(): Promise<void> | undefined {
    if (this.#isSpent()) return this.#laterTurn();
    this.#begin();
    return undefined;
  }

  async #laterTurn(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#isSpent());
    this.#begin();
  }

  #isSpent(): boolean {
    return this.#since !== undefined && performance.now() - this.#since >= BUDGET_MS;
  }

  #begin(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    setImmediate(this.#reset);
  }
}

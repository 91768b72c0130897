/**
 * A synchronous driver under promises never lets the event loop turn: each answer is there before anything else can run.
 * So after some milliseconds of statements the next one waits for a turn of the loop. The clock is looked at before every
 * fifth statement, and before each as long as they are slow: a look takes a twentieth of what a short statement does.
 */
import { setImmediate } from 'node:timers';

const BUDGET_MS = 10;
const SHORT_MS = 1;
const UNTIMED = 4;

export class LoopBudget {
  /** When the first statement of this turn of the loop was sent. */
  #since: number | undefined;
  #lookedAt = 0;
  /** How many statements go by before the next look. */
  #untimed = 0;
  readonly #reset = (): void => {
    this.#since = undefined;
    this.#untimed = 0;
  };

  /** Call it before each statement. A promise of a later turn of the loop where this one has lasted long enough. */
  spend(): Promise<void> | undefined {
    if (this.#untimed > 0) {
      this.#untimed--;
      return undefined;
    }
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
    if (this.#since === undefined) return false;
    const now = performance.now();
    if (now - this.#lookedAt < SHORT_MS) this.#untimed = UNTIMED;
    this.#lookedAt = now;
    return now - this.#since >= BUDGET_MS;
  }

  #begin(): void {
    if (this.#since !== undefined) return;
    this.#since = this.#lookedAt = performance.now();
    setImmediate(this.#reset);
  }
}

/** One at a time, in the order of asking. Taking a free one allocates nothing. */
export class Mutex {
  readonly #waiting: (() => void)[] = [];
  #held = false;

  get held(): boolean {
    return this.#held;
  }

  /** Whether somebody waits for it. */
  get awaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Undefined when the caller has it at once, else a promise of its turn. */
  acquire(): Promise<void> | undefined {
    if (this.#held) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    return undefined;
  }

  /** Passes it to the next in line. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }
}

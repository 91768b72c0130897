/** Barriers: requests that belong together wait for each other, so that they overlap on a busy machine too. */
import { setTimeout as pause } from 'node:timers/promises';

/** How long a request waits for the others, whose clients may have left. */
const TIMEOUT_MS = 5_000;

export class Barriers {
  readonly #barriers = new Map<
    string,
    { missing: number; open: () => void; opened: Promise<void> }
  >();

  /** Resolves when `size` callers wait under this name. */
  async wait(name: string, size: number): Promise<void> {
    let barrier = this.#barriers.get(name);
    if (!barrier) {
      let open = (): void => {};
      const opened = new Promise<void>((resolve) => (open = resolve));
      this.#barriers.set(name, (barrier = { missing: size, open, opened }));
    }
    barrier.missing -= 1;
    if (barrier.missing === 0) barrier.open();
    await Promise.race([barrier.opened, pause(TIMEOUT_MS, undefined, { ref: false })]);
    this.#barriers.delete(name);
  }
}

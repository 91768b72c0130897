/** Lets requests that belong together wait for each other, so that they overlap on a busy machine too. */
import { setTimeout as pause } from 'node:timers/promises';

/** Whoever is not there by then does not come: its client has gone away. */
const PATIENCE_MS = 5_000;

export class Meetings {
  readonly #open = new Map<string, { missing: number; begin: () => void; begun: Promise<void> }>();

  /** Resolves when as many as `size` have joined under this name. */
  async join(name: string, size: number): Promise<void> {
    let meeting = this.#open.get(name);
    if (!meeting) {
      let begin = (): void => {};
      const begun = new Promise<void>((resolve) => (begin = resolve));
      this.#open.set(name, (meeting = { missing: size, begin, begun }));
    }
    meeting.missing -= 1;
    if (meeting.missing === 0) meeting.begin();
    await Promise.race([meeting.begun, pause(PATIENCE_MS, undefined, { ref: false })]);
    this.#open.delete(name);
  }
}

/** Waiting for what must come true, for as long as it takes on a machine that has other things to do. */
import { setTimeout as delay } from 'node:timers/promises';

/** Nothing that works takes that long, however busy the machine is: beyond it something hangs. */
const DEADLINE_MS = 60_000;

export interface UntilOptions {
  /** What is said of it when it does not come true. Default: the text of the condition. */
  readonly what?: () => string;
  /** In milliseconds. Default: 60,000. */
  readonly deadlineMs?: number;
}

/**
 * Resolves when `isTrue` says so, asked again every few milliseconds. It is asked once more after the deadline: a
 * process that stood still for that long has not failed.
 *
 * @throws Error when it is not true by then.
 * @example
 * await until(() => engine.status().waiting === 1);
 */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  { what = () => String(isTrue), deadlineMs = DEADLINE_MS }: UntilOptions = {},
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const late = performance.now() > deadline;
    if (await isTrue()) return;
    if (late) throw new Error(`It did not come true within ${deadlineMs / 1000} s: ${what()}`);
    await delay(2);
  }
}

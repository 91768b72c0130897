/** What the checks of an exercise are made of. */

/** One thing that an exercise has to do. */
export interface Check<Exercise> {
  readonly title: string;
  /** Whether the problem does it from the beginning. Default false. */
  readonly given?: boolean;
  /** Gives undefined where it is done, and otherwise one sentence: what happens now, why that hurts, and where to begin. */
  run(exercise: Exercise): Promise<string | undefined>;
}

/** Waits until it is so, and no longer than a moment. @returns whether it came */
export async function comes(holds: () => boolean | Promise<boolean>, ms = 1000): Promise<boolean> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

/** What a promise comes to: its value, or the error as text. */
export function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => `${(error as Error).name}: ${(error as Error).message}`);
}

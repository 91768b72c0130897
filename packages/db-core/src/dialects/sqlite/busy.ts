/** While another process writes, SQLite answers BUSY at once; it is asked again from a timer, never inside the driver. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled } from './writer-lock';

const FIRST_RETRY_MS = 1;
const LAST_RETRY_MS = 50;

export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('SQLITE_BUSY');
}

/** @throws the driver's own error when the database is still busy after `timeoutMs`, or `cancelled` when `signal` aborts. */
export async function retryWhileBusy<T>(
  attempt: () => T,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await sleep(wait * (0.5 + Math.random()));
    if (signal?.aborted) throw cancelled();
  }
}

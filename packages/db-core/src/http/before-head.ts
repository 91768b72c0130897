/** What is added to the head of an answer, whatever sends it. */
import type { ServerResponse } from 'node:http';

/**
 * Calls `action` once, when the head is about to be written: headers can still be set then. Where an answer is held until its
 * commit, call this before: what is put over `res` first is called last.
 */
export function beforeHead(res: ServerResponse, action: () => void): void {
  const writeHead = res.writeHead as (...args: unknown[]) => ServerResponse;
  let isDone = false;
  res.writeHead = (...args: unknown[]): ServerResponse => {
    if (!isDone && !res.headersSent) action();
    isDone = true;
    return writeHead.apply(res, args);
  };
}

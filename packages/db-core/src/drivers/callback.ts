/** How a user's callbacks and listeners are called from where an answer arrives. */
import { nextTick } from 'node:process';

/**
 * Runs a user's callback or listener: what it throws is an uncaught exception, as with a driver, and no rejection of the promise that
 * it was called from.
 */
export function callBack(call: () => void): void {
  try {
    call();
  } catch (error) {
    nextTick(() => {
      throw error;
    });
  }
}

'use strict';
// A person who waits is told so before two seconds have passed.

const EVERY_MS = 1_500;

/**
 * Calls `say` with the whole seconds so far, again and again until the promise is settled.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {(seconds: number) => void} say
 * @returns {Promise<T>}
 */
exports.whileWaiting = async (promise, say) => {
  const began = Date.now();
  const timer = setInterval(() => say(Math.round((Date.now() - began) / 1_000)), EVERY_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
};

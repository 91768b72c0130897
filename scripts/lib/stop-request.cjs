'use strict';
// When a command that keeps other processes running must stop: at the first SIGINT, SIGTERM or
// SIGHUP, and when the npm or pnpm that runs it is gone, which may die without a word to anyone.

const PARENT_CHECK_MS = 250;
/** One Ctrl-C arrives twice, from the terminal and from npm; a person's second one comes later. */
const SAME_REQUEST_MS = 1_000;

/**
 * @param {{ again?: () => void }} [options] `again` is called when the request is repeated
 * @returns {AbortSignal} aborted when it is time to stop
 */
exports.stopRequest = ({ again } = {}) => {
  const request = new AbortController();
  let first = 0;
  const stop = (signal) => {
    if (request.signal.aborted) {
      if (Date.now() - first > SAME_REQUEST_MS) again?.();
      return;
    }
    first = Date.now();
    request.abort(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  // The terminal or npm may take the output with it: that must not end us before we have stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop('SIGHUP'), PARENT_CHECK_MS).unref();
  }
  return request.signal;
};

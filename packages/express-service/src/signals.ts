/** The two ways a process is asked to end: once, in order, and once more, at once. */

/** Ctrl-C reaches a process from the terminal and once more from the npm or turbo above it. */
const SAME_SIGNAL_MS = 500;

/**
 * Calls `first` at the first SIGTERM or SIGINT, and `again` at each that comes more than half a second later: an
 * earlier one is the same Ctrl-C.
 */
export function onSignals(first: () => void, again: () => void): void {
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = performance.now();
      first();
    } else if (performance.now() - since > SAME_SIGNAL_MS) again();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

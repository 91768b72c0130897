/** The deadline of a request, in milliseconds: longer than every wait an app may rightly make; one beyond it is a problem. */
export const HANGS_MS = 60_000;

/** A limit of time that a library sets for its own statements, on a connection that others use too. */

/**
 * Makes a driver call; after `ms` the server is asked to stop it. Settles when both are over, so that the request to
 * stop never meets a later statement.
 *
 * @param ms 0 or undefined: no limit.
 * @param stopped the error for the caller, made from the server's.
 */
export async function stopAfter<T>(
  ms: number | undefined,
  call: () => Promise<T>,
  cancel: () => Promise<void> | undefined,
  stopped: (cause: Error) => Error,
): Promise<T> {
  if (!ms) return call();
  let cancelling: Promise<unknown> | undefined;
  const timer = setTimeout(() => {
    cancelling = Promise.resolve(cancel()).catch((error: unknown) => error); // the statement goes on then
  }, ms);
  try {
    return await call();
  } catch (error) {
    throw cancelling ? stopped(error as Error) : error;
  } finally {
    clearTimeout(timer);
    await cancelling;
  }
}

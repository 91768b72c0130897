/** Ends a stream of rows that is still being read. */
import type { Logger } from '../errors/logger';

interface Ended {
  destroy?(error?: Error): unknown;
  listenerCount(event: string): number;
}

/** An error that nobody listens to would end the process: such a stream just closes, which is no end of its rows, and a line says why. */
export function endStream(stream: Ended, error: Error | undefined, logger: Logger): void {
  if (!error || stream.listenerCount('error') > 0) {
    stream.destroy?.(error);
    return;
  }
  logger.warn({ err: error }, error.message);
  stream.destroy?.();
}

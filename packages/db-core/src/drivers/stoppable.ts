/** Driver calls of one client that can be stopped: after a limit that its library has set, or by `cancelStatement()`. */
import { ArgumentError } from '../errors/errors';

export interface Limit {
  /** In milliseconds; 0: none. */
  readonly ms: number;
  /** The error for the caller, made from the server's. */
  error(cause: Error): Error;
}

/** What a facade has that can be stopped: see {@link cancelStatement}. */
export const CANCEL = Symbol('quartet.cancelStatement');

export class Stoppable {
  #stop: (() => Promise<void>) | undefined;
  #asked = 0;
  #stopsNext = false;

  /** Statements that were asked for and not answered yet, whether or not they have been sent. */
  get asked(): number {
    return this.#asked;
  }

  /** Counts a statement that was asked for now, until `answered()`. */
  ask(): void {
    this.#asked++;
  }

  answered(): void {
    this.#asked--;
    this.#stopsNext = false;
  }

  /** Counts a statement, until `answer` settles. */
  async asking<T>(answer: Promise<T>): Promise<T> {
    this.ask();
    try {
      return await answer;
    } finally {
      this.answered();
    }
  }

  /** Asks the server to stop the call under way, or does not send it. Never rejects: the call goes on where that fails. */
  stop(): Promise<void> {
    this.#stopsNext = !this.#stop && this.#asked > 0;
    return this.#stop?.() ?? Promise.resolve();
  }

  /**
   * Settles when the call and a request to stop it are over, so that the request never meets a later statement.
   *
   * @throws Error, at once, where it was stopped before it was sent.
   */
  run<T>(
    call: () => Promise<T>,
    cancel: () => Promise<void> | undefined,
    limit?: Limit,
  ): Promise<T> {
    if (this.#stopsNext) throw new Error('The statement was cancelled before it was sent.');
    let stopping: Promise<void> | undefined;
    let late = false;
    this.#stop = () => (stopping ??= Promise.resolve(cancel()).catch(() => undefined));
    const onLimit = (): void => {
      late = true;
      void this.stop();
    };
    const timer = limit?.ms ? setTimeout(onLimit, limit.ms) : undefined;
    const over = (): Promise<void> | undefined => {
      clearTimeout(timer);
      this.#stop = undefined;
      return stopping;
    };
    const answered = (answer: T): T | Promise<T> => over()?.then(() => answer) ?? answer;
    const failed = (error: unknown): Promise<never> => {
      const failure = late && limit ? limit.error(error as Error) : error;
      const refuse = (): never => {
        throw failure;
      };
      return over()?.then(refuse) ?? refuse();
    };
    let running: Promise<T>;
    try {
      running = call();
    } catch (error) {
      return failed(error);
    }
    return running.then(answered, failed);
  }
}

/**
 * Asks the server to stop the statement that a client of `pgDriver` or a connection of `mysql2Driver` is running; does
 * nothing where there is none. For libraries that would dial the server themselves.
 *
 * @throws ArgumentError for another object.
 */
export async function cancelStatement(client: object): Promise<void> {
  const stoppable = client as { [CANCEL]?: () => Promise<void> };
  if (!stoppable[CANCEL])
    throw new ArgumentError(
      'cancelStatement() takes a client of pgDriver or a connection of mysql2Driver.',
    );
  await stoppable[CANCEL]();
}

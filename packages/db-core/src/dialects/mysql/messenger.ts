/**
 * The connection beside the pool over which statements are stopped: MariaDB knows no request to cancel without a login.
 * All who ask meanwhile share one, so that clients who leave together cost the server one connection.
 */
import type { MysqlConnection } from './connection';
import { answerWithin } from '../deadline';

/** A connection, and the server that it has led to. */
export type Reached = readonly [connection: MysqlConnection, server: string, ...unknown[]];

interface Shared {
  readonly reached: Promise<Reached>;
  /** How many wait for an answer over it. */
  asking: number;
}

export class Messenger {
  readonly #connect: () => Promise<Reached>;
  readonly #timeoutMs: number;
  #shared: Shared | undefined;

  /** @param timeoutMs for how long an answer is waited for */
  constructor(connect: () => Promise<Reached>, timeoutMs: number) {
    this.#connect = connect;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @param sql the statement for the server that is reached, or throws
   * @throws OperationalError where the server is not reached or does not answer in time; what `sql` throws
   */
  async ask(sql: (server: string) => string): Promise<void> {
    const shared = (this.#shared ??= { reached: this.#connect(), asking: 0 });
    shared.asking++;
    try {
      const [connection, server] = await shared.reached;
      await answerWithin(
        this.#timeoutMs,
        connection.execute(sql(server), []),
        () => connection.destroy(),
        'The request to stop a statement',
      );
    } catch (error) {
      this.#retire(shared); // the next one tries anew
      throw error;
    } finally {
      if (--shared.asking === 0) this.#close(shared);
    }
  }

  #close(shared: Shared): void {
    this.#retire(shared);
    void shared.reached.then(
      ([connection]) => connection.destroy(),
      () => undefined,
    );
  }

  #retire(shared: Shared): void {
    if (this.#shared === shared) this.#shared = undefined;
  }
}

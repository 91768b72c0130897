/** What is asked of a pool. */

/**
 * Options of an engine's pool.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/pooling.html
 */
export interface PoolOptions {
  /** Connections at most. Default 10; SQLite 4. */
  readonly poolSize: number;
  /** How long `acquire` waits for a connection. Default 30000. */
  readonly acquireTimeoutMs: number;
  /**
   * Ping an idle connection before it is handed out: always, never, or when it was idle for longer than so many
   * milliseconds. Default 1000: a busy pool never pings, and after a quiet time no caller gets a connection
   * that a server or a firewall has dropped meanwhile.
   */
  readonly prePing: boolean | number;
  /**
   * The age at which a connection is replaced: when it is handed out or comes back, or when it lies idle. Each is given up to
   * a tenth less, so that they do not go all at once. So a pooler's or a server's orderly restart ends, and connections
   * spread over the nodes again. 0 keeps them for ever. Default 1800; SQLite 0.
   */
  readonly recycleSeconds: number;
  /** Close a connection that has been idle for so long, where more than `minPoolSize` are open; 0: never. Default 600000; SQLite 0. */
  readonly idleTimeoutMs: number;
  /** How many connections `idleTimeoutMs` leaves. None is opened before it is needed. Default 1. */
  readonly minPoolSize: number;
}

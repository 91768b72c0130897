/** An engine's servers and its pools: one for what may write, and one for each server that is read from. */
import type { Dialect } from '../dialects/dialect';
import type { DriverConnection } from '../dialects/driver-connection';
import type { Target } from '../dialects/server-state';
import type { ReadAnywhere } from './connection-host';
import type { ServerList } from './server-list';
import { Node, type NodeStatus } from './node';
import type { PoolOptions } from './pool-options';
import { Pool, type PoolStatus } from './pool';
import { Readers, type ReaderOptions } from './readers';
import { Silence } from './silence';
import { Writer } from './writer';

export interface ServersOptions {
  readonly target: Target;
  /** How long another is waited for when the one that takes writes is lost, in milliseconds. */
  readonly failoverTimeoutMs: number;
  readonly pool: PoolOptions;
  /** Given where replicas are read from. */
  readonly readers: ReaderOptions | undefined;
  /** How long a server may take to answer before it counts as gone, in milliseconds. */
  readonly networkTimeoutMs: number;
}

export class Servers {
  /** Of the connections that may write. */
  readonly pool: Pool;
  readonly #nodes: readonly Node[];
  readonly #writer: Writer;
  readonly #readers: Readers | undefined;
  /** Undefined where there is no other server to go to. */
  readonly #silence: Silence | undefined;

  constructor(
    dialect: Dialect,
    urls: ServerList,
    { target, failoverTimeoutMs, pool, readers, networkTimeoutMs }: ServersOptions,
  ) {
    this.#nodes = urls.map((url) => new Node(url));
    this.#writer = new Writer(
      dialect,
      this.#nodes,
      { target, patienceMs: failoverTimeoutMs },
      (isGone) => this.pool.expire(isGone),
    );
    this.pool = new Pool(this.#writer, pool);
    if (urls.length > 1) {
      const onGone = (): void => this.#writer.lose(this.#writer.node, true);
      const connect = (): Promise<DriverConnection> => this.#writer.connect();
      this.#silence = new Silence(this.pool, connect, networkTimeoutMs, onGone);
    }
    this.#readers =
      readers &&
      new Readers(dialect, this.#nodes, this.#writer, this.pool, {
        ...readers,
        pool,
        networkTimeoutMs,
      });
  }

  /** Whether others are read from than the one that takes writes. */
  get readsFromReplicas(): boolean {
    return this.#readers !== undefined;
  }

  /** The figures of all pools together. */
  get poolStatus(): PoolStatus {
    return this.#pools.map(({ status }) => status).reduce(sum);
  }

  get status(): NodeStatus[] {
    return this.#nodes.map((node) => ({
      node: node.url.node,
      role: node.role,
      isWriter: node === this.#writer.node,
      leftOut: node.leftOut,
      lagMs: node.lagMs,
      pool: node === this.#writer.node ? this.pool.status : this.#readers?.poolOf(node)?.status,
    }));
  }

  /** A connection, to be given back by `release`. @param read for one plain read outside a transaction */
  acquire(read: ReadAnywhere | undefined): DriverConnection | Promise<DriverConnection> {
    if (read && this.#readers) return this.#readers.acquire(read.position);
    this.#silence?.watch();
    return this.pool.acquire();
  }

  release(driver: DriverConnection, broken: boolean): void {
    if (this.#readers?.release(driver, broken)) return;
    // It may be of a time when another was the one.
    if (driver.isToReadOnlyServer)
      this.#writer.lose(
        this.#nodes.find(({ url }) => url.node === driver.node),
        false,
      );
    this.pool.release(driver, broken);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.dispose()));
  }

  /** @throws PoolTimeoutError when some are still in use after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.drain(timeoutMs)));
  }

  get #pools(): Pool[] {
    return [this.pool, ...(this.#readers?.pools ?? [])];
  }
}

function sum(one: PoolStatus, other: PoolStatus): PoolStatus {
  const names = Object.keys(one) as (keyof PoolStatus)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as never;
}

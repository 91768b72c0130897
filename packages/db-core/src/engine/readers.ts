/**
 * The servers that sessions read from which have not written: replicas, or other nodes of a cluster. Each has a pool of its own.
 * One that fails, is too far behind or belongs to another database is left out for a while; what it would have served
 * goes to the others, and last to the primary.
 */
import type { Dialect } from '../dialects/dialect';
import type { DriverConnection } from '../dialects/driver-connection';
import type { Node } from './node';
import type { Writer } from './writer';
import { answerWithin } from '../dialects/deadline';
import { OperationalError } from '../errors/errors';
import type { PoolOptions } from './pool-options';
import { Pool, type PoolSource } from './pool';
import { Silence } from './silence';

/** For so long what a server has said of itself is taken as true. */
const FRESH_MS = 1_000;
/** How long a server may take to be ready for a read, beyond the wait for a position: there are others. */
const PATIENCE_MS = 1_000;

export interface ReaderOptions {
  /** A replica that is further behind is left out, in milliseconds. Default 10000. */
  readonly maxLagMs: number;
  /** How long a read waits for a replica to have what its scope has written, in milliseconds. Default 50. */
  readonly causalWaitMs: number;
}

export class Readers {
  readonly #dialect: Dialect;
  readonly #nodes: readonly Node[];
  readonly #writer: Writer;
  readonly #primary: Pool;
  readonly #options: ReaderOptions;
  readonly #pools: ReadonlyMap<Node, Pool>;
  readonly #silences = new Map<Node, Silence>();
  /** Whose the connections are that are out now. */
  readonly #out = new Map<DriverConnection, Node>();
  #turn = 0;

  constructor(
    dialect: Dialect,
    nodes: readonly Node[],
    writer: Writer,
    primary: Pool,
    options: ReaderOptions & { readonly pool: PoolOptions; readonly networkTimeoutMs: number },
  ) {
    this.#dialect = dialect;
    this.#nodes = nodes;
    this.#writer = writer;
    this.#primary = primary;
    this.#options = options;
    this.#pools = new Map(
      nodes.map((node) => [node, new Pool(this.#sourceOf(node), options.pool)]),
    );
    for (const [node, pool] of this.#pools) {
      const connect = (): Promise<DriverConnection> => dialect.connect(node.url);
      const onGone = (): void => {
        node.failed('it does not answer');
        pool.expire(true);
      };
      this.#silences.set(node, new Silence(pool, connect, options.networkTimeoutMs, onGone));
    }
  }

  #sourceOf(node: Node): PoolSource {
    return {
      synchronous: false,
      connect: () => this.#dialect.connect(node.url),
      isConnectionLimit: (error) => this.#dialect.isConnectionLimit(error),
    };
  }

  get pools(): Iterable<Pool> {
    return this.#pools.values();
  }

  poolOf(node: Node): Pool | undefined {
    return this.#pools.get(node);
  }

  /** A connection for one plain read. @param position what must be there for it */
  acquire(position: string | undefined): DriverConnection | Promise<DriverConnection> {
    const [node, ...others] = this.#candidates();
    if (!node) return this.#primary.acquire();
    if (!this.#isReady(node, position)) return this.#acquireOf([node, ...others], position);
    const acquiring = (this.#pools.get(node) as Pool).acquire();
    if (acquiring instanceof Promise)
      return this.#acquireOf([node, ...others], position, acquiring);
    return this.#given(node, acquiring);
  }

  #given(node: Node, driver: DriverConnection): DriverConnection {
    this.#out.set(driver, node);
    this.#silences.get(node)?.watch();
    return driver;
  }

  /** Takes a connection back; false where it is none of these. */
  release(driver: DriverConnection, broken: boolean): boolean {
    const node = this.#out.get(driver);
    if (!node) return false;
    this.#out.delete(driver);
    if (broken || !driver.alive) node.failed('a connection to it broke');
    (this.#pools.get(node) as Pool).release(driver, broken);
    return true;
  }

  async #acquireOf(
    nodes: readonly Node[],
    position: string | undefined,
    first?: Promise<DriverConnection>,
  ): Promise<DriverConnection> {
    let acquiring = first;
    for (const node of nodes) {
      const driver = await this.#inTime(node, this.#try(node, position, acquiring));
      acquiring = undefined;
      if (driver) return driver;
    }
    return await (position === undefined ? this.#primary.acquire() : this.#surePrimary());
  }

  /**
   * Of the primary, once it has said that it is still the one: where a replica has not got to a position, or takes writes, a
   * demoted primary would be as far behind, and only a write would tell.
   */
  async #surePrimary(): Promise<DriverConnection> {
    const driver = await this.#primary.acquire();
    let isSure = false;
    try {
      isSure = await this.#writer.confirms(driver);
      if (isSure) return driver;
    } catch {
      // It is gone: another connection is opened, or tells why not.
    }
    this.#primary.release(driver, true);
    return await this.#primary.acquire();
  }

  /** A connection that comes too late goes back. @param trying never rejects */
  async #inTime(
    node: Node,
    trying: Promise<DriverConnection | undefined>,
  ): Promise<DriverConnection | undefined> {
    const ms = PATIENCE_MS + this.#options.causalWaitMs;
    const tooLate = (): void => {
      node.failed('it does not answer');
      void trying.then((driver) => driver && this.release(driver, false));
    };
    try {
      return await answerWithin(ms, trying, tooLate, 'A server to read from');
    } catch {
      return undefined; // there are others
    }
  }

  /** Undefined where the server cannot serve this read. */
  async #try(
    node: Node,
    position: string | undefined,
    acquiring?: Promise<DriverConnection>,
  ): Promise<DriverConnection | undefined> {
    const pool = this.#pools.get(node) as Pool;
    let driver: DriverConnection | undefined;
    try {
      driver = await (acquiring ?? pool.acquire());
      if (!node.isFresh(FRESH_MS)) await this.#ask(node, driver);
      const why = this.#unfit(node);
      if (why !== undefined) throw new Unfit(why, { reason: 'unavailable' });
      const isThere =
        node !== this.#writer.node &&
        (position === undefined || (await this.#hasReached(node, driver, position)));
      if (isThere) return this.#given(node, driver);
      pool.release(driver);
    } catch (error) {
      node.failed((error as Error).message);
      if (driver) pool.release(driver, !(error instanceof Unfit));
    }
    return undefined;
  }

  async #ask(node: Node, driver: DriverConnection): Promise<void> {
    const before = node.state;
    const state = await driver.serverState();
    const isPromoted = before?.isReplica === true && !state.isReplica && state.writable;
    if (isPromoted) this.#writer.lose(this.#writer.node, false); // the one before is no primary any more
    const isRival = state.writable && !state.isInCluster && node !== this.#writer.node;
    if (isRival || !this.#writer.wasFound) await this.#findWriter();
    node.answered(state);
  }

  /** Why it must not be read from, by what it and the primary have said. */
  #unfit(node: Node): string | undefined {
    const { state, lagMs } = node;
    const { system } = this.#writer;
    if (state?.unfit !== undefined) return `it ${state.unfit}`;
    if (node === this.#writer.node) return undefined; // it is not asked again
    if (state && system !== undefined && state.system !== system)
      return `it is of another database than the primary (${state.system}, not ${system})`;
    if (state?.writable && !state.isInCluster) return 'it takes writes, so it is no replica';
    if (state && !state.writable && !state.isReplica && !state.isInCluster)
      return 'it takes no writes and replays no other server';
    if (state?.isReplica && (lagMs ?? Infinity) > this.#options.maxLagMs)
      return lagMs === undefined
        ? 'it does not say how far it is behind'
        : `it is ${Math.round(lagMs)} ms behind`;
    return undefined;
  }

  /** So that a replica of another database is known for one. Without a primary the replicas have to do. */
  async #findWriter(): Promise<void> {
    try {
      this.#primary.release(await this.#surePrimary());
    } catch {
      // whoever needs the primary gets this error
    }
  }

  async #hasReached(node: Node, driver: DriverConnection, position: string): Promise<boolean> {
    if (this.#covers(node, position)) return true;
    const reached = await driver.replayed(position, this.#options.causalWaitMs);
    if (reached === undefined) return false;
    node.reached = reached;
    return true;
  }

  #covers({ reached }: Node, position: string | undefined): boolean {
    if (position === undefined) return true;
    return reached !== undefined && this.#dialect.positions?.covers(reached, position) === true;
  }

  #isReady(node: Node, position: string | undefined): boolean {
    return (
      node.isFresh(FRESH_MS) && this.#unfit(node) === undefined && this.#covers(node, position)
    );
  }

  /** Those that may be tried, the least busy first; of equals another one each time. */
  #candidates(): Node[] {
    const turn = this.#turn++;
    const nodes = this.#nodes.filter((node) => {
      if (node === this.#writer.node || node.isPaused) return false;
      return !(this.#pools.get(node) as Pool).exhausted;
    });
    const rotated = nodes.map((_, i) => nodes[(i + turn) % nodes.length] as Node);
    const busy = (node: Node): number => (this.#pools.get(node) as Pool).inUse;
    return rotated.length < 2 ? rotated : rotated.toSorted((a, b) => busy(a) - busy(b));
  }
}

/** A server that answers, and must not be read from. */
class Unfit extends OperationalError {}

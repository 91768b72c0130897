/**
 * Where the engine's connections come from: of its servers the one that takes writes, found by asking. It stays the same as
 * long as it is well, so that all of a process's transactions meet on one server.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect';
import type { DriverConnection } from '../dialects/driver-connection';
import type { Node } from './node';
import type { PoolSource } from './pool';
import { mismatch, type Target } from '../dialects/server-state';
import { OperationalError } from '../errors/errors';
import { closeDriver } from './close-driver';

/** For so long an earlier server of the list may still answer when a later one has. */
const HEAD_START_MS = 250;
/** A server that is not the one yet, or is away, may be the next: it is asked again as long as one is looked for. */
const ASK_AGAIN_MS = 100;

interface Found {
  readonly node: Node;
  /** For the one who takes it first. */
  driver: DriverConnection | undefined;
}

export class Writer implements PoolSource {
  readonly synchronous: boolean;
  readonly #dialect: Dialect;
  readonly #nodes: readonly Node[];
  readonly #target: Target;
  readonly #patienceMs: number;
  readonly #onLost: (isGone: boolean) => void;
  /** When the one before was lost; undefined while there is one, and before the first. */
  #lostAt: number | undefined;
  #node: Node | undefined;
  #system: string | undefined;
  #wasFound = false;
  #search: Promise<Found> | undefined;

  /**
   * @param target `any` of a single server is taken without a question
   * @param patienceMs how long after the loss of one another is waited for, in milliseconds
   * @param onLost called when the server is not the one any more: connections to it are of no use
   */
  constructor(
    dialect: Dialect,
    nodes: readonly Node[],
    { target, patienceMs }: { readonly target: Target; readonly patienceMs: number },
    onLost: (isGone: boolean) => void,
  ) {
    this.synchronous = dialect.synchronous;
    this.#dialect = dialect;
    this.#nodes = nodes;
    this.#target = target;
    this.#patienceMs = patienceMs;
    this.#onLost = onLost;
    if (!this.#asks) this.#node = nodes[0];
  }

  /** The server that was found last; undefined where it has to be looked for. */
  get node(): Node | undefined {
    return this.#node;
  }

  /** Which data it has; undefined before it was found, and where the database has no name for that. */
  get system(): string | undefined {
    return this.#system;
  }

  /** Whether there was one, so that `system` says all that can be known. */
  get wasFound(): boolean {
    return this.#wasFound;
  }

  get #asks(): boolean {
    return this.#nodes.length > 1 || this.#target !== 'any' || this.#patienceMs > 0;
  }

  /** @throws OperationalError `unavailable` that says of each server why it is not the one. */
  async connect(): Promise<DriverConnection> {
    const node = this.#node;
    if (!this.#asks) return await this.#dialect.connect((node as Node).url);
    if (node) {
      try {
        return await this.#connectTo(node, this.#target);
      } catch (error) {
        if (this.isConnectionLimit(error)) throw error;
        this.lose(node, !(error instanceof WrongServer));
      }
    }
    const found = await (this.#search ??= this.#find().finally(() => (this.#search = undefined)));
    const { driver } = found;
    found.driver = undefined;
    return driver ?? (await this.#connectTo(found.node, this.#target));
  }

  isConnectionLimit(error: unknown): boolean {
    return this.#dialect.isConnectionLimit(error);
  }

  /** `node` takes no writes any more: the server is looked for with the next connection. @param isGone whether it does not even answer */
  lose(node: Node | undefined, isGone: boolean): void {
    if (!this.#asks || this.#node !== node || !node) return;
    this.#node = undefined;
    this.#lostAt = performance.now();
    this.#onLost(isGone);
  }

  /** Asks the server behind a connection whether it is still the one; it is lost where not. */
  async confirms(driver: DriverConnection): Promise<boolean> {
    const node = this.#node;
    const state = await driver.serverState();
    if (mismatch(this.#target, state) === undefined) return true;
    this.lose(node, false);
    return false;
  }

  /** Asks all of them at once, and takes the first of the list that is the one. */
  async #find(): Promise<Found> {
    const targets: readonly Target[] =
      this.#target === 'prefer-standby' ? ['standby', 'any'] : [this.#target];
    let failures: Failure[] = [];
    const deadline = (this.#lostAt ?? -Infinity) + this.#patienceMs;
    for (const target of targets) {
      const round = new Round(this.#nodes, deadline, (node) => this.#connectTo(node, target));
      const found = await round.first();
      failures = round.failures;
      if (!found) continue;
      this.#node = found.node;
      this.#wasFound = true;
      this.#system = found.node.state?.system;
      this.#lostAt = undefined;
      return found;
    }
    const limit = failures.find(({ error }) => this.isConnectionLimit(error));
    if (limit) throw limit.error;
    const reasons = this.#nodes.map((node) => {
      const why = failures.find((failure) => failure.node === node)?.why ?? node.leftOut;
      return `${node.name}: ${(why ?? 'no answer yet').replace(/\.$/, '')}`;
    });
    throw new OperationalError(
      `None of the servers is the one that is looked for (${this.#target}): ${reasons.join('; ')}.`,
      { reason: 'unavailable', cause: failures[0]?.error },
    );
  }

  async #connectTo(node: Node, target: Target): Promise<DriverConnection> {
    try {
      const driver = await this.#dialect.connect(node.url);
      try {
        const state = await driver.serverState();
        node.answered(state);
        const why = mismatch(target, state);
        if (why !== undefined) throw new WrongServer(`${node.name} ${why}`, why);
        return driver;
      } catch (error) {
        void closeDriver(driver);
        throw error;
      }
    } catch (error) {
      if (!(error instanceof WrongServer) && !this.isConnectionLimit(error))
        node.failed((error as Error).message);
      throw error;
    }
  }
}

/** A server that answers and is not what is looked for. */
class WrongServer extends OperationalError {
  constructor(
    message: string,
    readonly why: string,
  ) {
    super(message, { reason: 'unavailable' });
  }
}

interface Failure {
  readonly node: Node;
  readonly why: string;
  readonly error: unknown;
}

/** All servers are asked at once, and again until one is found, each has said no, and it is too late. */
class Round {
  readonly #nodes: readonly Node[];
  readonly #deadline: number;
  readonly #connect: (node: Node) => Promise<DriverConnection>;
  readonly #found = new Map<Node, Found>();
  readonly #failures = new Map<Node, Failure>();
  #isOver = false;
  #onAnswer: () => void = () => undefined;

  constructor(
    nodes: readonly Node[],
    deadline: number,
    connect: (node: Node) => Promise<DriverConnection>,
  ) {
    this.#nodes = nodes;
    this.#deadline = deadline;
    this.#connect = connect;
  }

  /** In the order of the list. */
  get failures(): Failure[] {
    return this.#nodes.flatMap((node) => this.#failures.get(node) ?? []);
  }

  /** Undefined where none is the one. Those that answer later are closed. */
  async first(): Promise<Found | undefined> {
    const paused = new Set(this.#nodes.filter(({ isPaused }) => isPaused));
    for (const node of this.#nodes) void this.#ask(node);
    let headStart: Promise<void> | undefined;
    let isHeadStartOver = false;
    for (;;) {
      const answer = new Promise<void>((resolve) => (this.#onAnswer = resolve));
      const found = this.#nodes.flatMap((node) => this.#found.get(node) ?? [])[0];
      // Those that could still be the one, and are not known to be away.
      const before = found ? this.#nodes.slice(0, this.#nodes.indexOf(found.node)) : this.#nodes;
      const unheard = before.filter((node) => !this.#failures.has(node));
      const isAwaited = unheard.some((node) => !paused.has(node));
      // One that is left out may be back: where there is no other it is given a moment too.
      const isOver = found
        ? !isAwaited || isHeadStartOver
        : this.#isLate && !isAwaited && (unheard.length === 0 || isHeadStartOver);
      if (isOver) {
        this.#end(found);
        return found;
      }
      if (found || this.#isLate)
        headStart ??= delay(HEAD_START_MS).then(() => {
          isHeadStartOver = true;
        });
      await Promise.race([answer, ...(headStart && !isHeadStartOver ? [headStart] : [])]);
    }
  }

  get #isLate(): boolean {
    return performance.now() > this.#deadline;
  }

  async #ask(node: Node): Promise<void> {
    for (;;) {
      try {
        const driver = await this.#connect(node);
        if (this.#isOver) return void closeDriver(driver);
        this.#found.set(node, { node, driver });
        this.#failures.delete(node);
        return this.#onAnswer();
      } catch (error) {
        const why = error instanceof WrongServer ? `it ${error.why}` : (error as Error).message;
        this.#failures.set(node, { node, why, error });
        this.#onAnswer();
        if (this.#isOver) return;
        await delay(ASK_AGAIN_MS);
        if (this.#isOver) return;
      }
    }
  }

  #end(taken: Found | undefined): void {
    this.#isOver = true;
    for (const found of this.#found.values())
      if (found !== taken && found.driver) void closeDriver(found.driver);
  }
}

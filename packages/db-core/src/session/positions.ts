/**
 * What a scope has written, and what was written before it, as positions in the logs of its engines' databases: a replica must
 * have replayed up to there before one of its sessions reads from it. As text it goes from one request to the next of the
 * same user, whichever process serves it.
 */
import { createHash } from 'node:crypto';
import type { Causality } from '../engine/connection-options';
import type { Engine } from '../engine/engine';
import { ArgumentError } from '../errors/errors';

/** Options of {@link Positions}. */
export interface PositionsOptions {
  /** False where everything is to be read from the server that takes writes, as in a request that changes something. Default true. */
  readonly readsReplicas?: boolean;
  /** What was written before, as `String(positions)` gives it; empty for nothing. */
  readonly before?: string | undefined;
  /** Called after each commit of the scope; a commit is waited for until its promise is settled. */
  readonly onCommitted?: ((positions: Positions) => Promise<void> | undefined) | undefined;
}

/** Each as `database=position`; a position that nobody knows is a question mark. */
const FORM = /^[\w-]+=[^\s;=]+(?:;[\w-]+=[^\s;=]+)*$/;
const UNKNOWN = '?';

/**
 * What a scope has written, and what was written before it, as positions in its databases' logs: a replica is read from once it has
 * replayed up to there. `String(positions)` is what the user's next request begins with.
 */
export class Positions {
  readonly #engines = new Map<Engine, EnginePosition>();
  readonly #before = new Map<string, string>();
  readonly #readsReplicas: boolean;
  readonly #onCommitted: PositionsOptions['onCommitted'];
  #saving: Promise<void> | undefined;

  /** @throws ArgumentError for a `before` that is no text of positions. */
  constructor({ readsReplicas = true, before, onCommitted }: PositionsOptions = {}) {
    this.#readsReplicas = readsReplicas;
    this.#onCommitted = onCommitted;
    if (!before) return;
    if (!Positions.isText(before))
      throw new ArgumentError('These are no positions: pass what String(positions) gave before.');
    for (const each of before.split(';')) {
      const [database = '', position = ''] = each.split('=');
      this.#before.set(database, position);
    }
  }

  /** Whether a text from outside can be read. */
  static isText(text: string): boolean {
    return FORM.test(text);
  }

  /** Of one engine. */
  on(engine: Engine): EnginePosition {
    let position = this.#engines.get(engine);
    if (!position) {
      position = new EnginePosition(engine, this.#readsReplicas, () => this.#committed());
      const before = this.#before.get(databaseOf(engine));
      if (before !== undefined) position.mustSee(before);
      this.#engines.set(engine, position);
    }
    return position;
  }

  /** Whether something was committed in this scope. */
  get hasCommitted(): boolean {
    return [...this.#engines.values()].some(({ hasCommitted }) => hasCommitted);
  }

  /** Undefined where nothing has to be waited for. */
  saved(): Promise<void> | undefined {
    return this.#saving;
  }

  /** For the next request, or a job; empty where nothing was written. */
  toString(): string {
    const all = new Map(this.#before);
    for (const [engine, { isUnknown, position }] of this.#engines) {
      const text = isUnknown ? UNKNOWN : position;
      if (text !== undefined) all.set(databaseOf(engine), text);
    }
    return [...all].map(([database, position]) => `${database}=${position}`).join(';');
  }

  #committed(): void {
    this.#saving = this.#onCommitted?.(this) ?? undefined;
  }
}

/** The position of one engine's database in a scope: asked for after each commit, waited for before a read on a replica. */
export class EnginePosition implements Causality {
  /** Whether something was committed in this scope. */
  hasCommitted = false;
  readonly #engine: Engine;
  readonly #mayReadReplicas: boolean;
  readonly #onCommitted: () => void;
  #position: string | undefined;
  /** Whether something was written and the server did not say where it ends. */
  #isUnknown = false;

  constructor(engine: Engine, mayReadReplicas: boolean, onCommitted: () => void) {
    this.#engine = engine;
    this.#mayReadReplicas = mayReadReplicas;
    this.#onCommitted = onCommitted;
  }

  get readsReplicas(): boolean {
    return this.#mayReadReplicas && !this.#isUnknown;
  }

  /** Whether no replica can be known to have it. */
  get isUnknown(): boolean {
    return this.#isUnknown;
  }

  get position(): string | undefined {
    return this.#position;
  }

  /** For a session that reads from the server that takes writes alone: what it commits counts for the others. */
  onPrimary(): Causality {
    return {
      readsReplicas: false,
      position: undefined,
      committed: (position) => this.committed(position),
    };
  }

  committed(position: string | undefined): void {
    this.hasCommitted = true;
    this.mustSee(position);
    this.#onCommitted();
  }

  /** Something was written before, here or by another request. @param position undefined: nobody knows where it ends */
  mustSee(position: string | undefined): void {
    const { positions } = this.#engine.dialect;
    if (position === undefined || !positions?.isPosition(position)) this.#isUnknown = true;
    else if (this.#position === undefined) this.#position = position;
    else this.#position = positions.join(this.#position, position);
  }
}

const databases = new WeakMap<Engine, string>();

/** A short name of the engine's database, the same in every process that has the same servers. */
function databaseOf(engine: Engine): string {
  let name = databases.get(engine);
  if (name === undefined) {
    const nodes = engine.status().nodes.map(({ node }) => String(node));
    const text = [engine.url.database, ...nodes.toSorted()].join('/');
    name = createHash('sha256').update(text).digest('base64url').slice(0, 8);
    databases.set(engine, name);
  }
  return name;
}

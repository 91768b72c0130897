/**
 * What a scope has written, as positions in the logs of its engines' databases: a replica must have replayed up to there before
 * one of its sessions reads from it.
 */
import type { Causality } from '../engine/connection-options';
import type { Engine } from '../engine/engine';

export class Positions {
  readonly #engines = new Map<Engine, EnginePosition>();
  readonly #readsReplicas: boolean;

  /** @param readsReplicas false where everything is to be read from the server that takes writes: in a request that changes something */
  constructor(readsReplicas = true) {
    this.#readsReplicas = readsReplicas;
  }

  on(engine: Engine): EnginePosition {
    let position = this.#engines.get(engine);
    if (!position) {
      position = new EnginePosition(engine, this.#readsReplicas);
      this.#engines.set(engine, position);
    }
    return position;
  }
}

export class EnginePosition implements Causality {
  /** Whether something was committed in this scope. */
  hasCommitted = false;
  readonly #engine: Engine;
  readonly #mayReadReplicas: boolean;
  #position: string | undefined;
  /** Whether something was written and the server did not say where it ends. */
  #isUnknown = false;

  constructor(engine: Engine, mayReadReplicas: boolean) {
    this.#engine = engine;
    this.#mayReadReplicas = mayReadReplicas;
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
  }

  /** Something was written before, here or by another request of the same user. @param position undefined: nobody knows where it ends */
  mustSee(position: string | undefined): void {
    const { positions } = this.#engine.dialect;
    if (position === undefined || !positions) this.#isUnknown = true;
    else
      this.#position =
        this.#position === undefined ? position : positions.join(this.#position, position);
  }
}

/** Counts what an engine does, by its own events. */
import type { Engine, EngineEvent, EngineEvents, QueryEvent } from '@quartet/db-core';

const COUNTED = [
  'checkout',
  'checkin',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'query',
] as const;
type Counted = (typeof COUNTED)[number];

export class Meter {
  readonly counts: Record<Counted, number> = {
    checkout: 0,
    checkin: 0,
    begin: 0,
    commit: 0,
    rollback: 0,
    savepoint: 0,
    query: 0,
  };
  readonly statements: string[] = [];
  /** Sessions that used the engine meanwhile. */
  readonly sessions = new Set<object>();
  readonly #engine: Engine;
  readonly #openedBefore: number;
  readonly #listeners = COUNTED.map((name) => {
    const listener = (event: EngineEvent): void => this.#note(name, event);
    return [name, listener] as const;
  });

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#openedBefore = engine.status().sessions;
    for (const [name, listener] of this.#listeners) engine.on(name as keyof EngineEvents, listener);
  }

  /** Sessions opened on the engine since the meter began. */
  get opened(): number {
    return this.#engine.status().sessions - this.#openedBefore;
  }

  stop(): void {
    for (const [name, listener] of this.#listeners)
      this.#engine.off(name as keyof EngineEvents, listener);
  }

  #note(name: Counted, event: EngineEvent): void {
    this.counts[name]++;
    if (event.session) this.sessions.add(event.session);
    if (name === 'query') this.statements.push((event as QueryEvent).sql);
  }
}

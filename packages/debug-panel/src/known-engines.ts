/** The engines that the panel was given, each with a name for people and an id for events. */
import type { Engine } from '@quartet/db-core';
import { ArgumentError } from '@quartet/db-core';

export interface KnownEngine {
  readonly id: string;
  readonly name: string;
  readonly engine: Engine;
}

export class KnownEngines {
  readonly all: readonly KnownEngine[];

  /** @throws ArgumentError where there is none. */
  constructor(engines: Iterable<Engine>) {
    const list = [...new Set(engines)];
    this.all = list.map((engine, index) => ({
      id: String(index + 1),
      name: nameOf(engine, index, list.length),
      engine,
    }));
    if (list.length === 0) throw new ArgumentError('debugPanel takes an engine, or several.');
  }

  get first(): KnownEngine {
    return this.all[0] as KnownEngine;
  }

  find(engine: object): KnownEngine | undefined {
    return this.all.find((each) => each.engine === engine);
  }

  byId(id: string | undefined): KnownEngine | undefined {
    return this.all.find((each) => each.id === id);
  }
}

/** Numbered where there are several: the address of a database is nobody's business. */
function nameOf({ dialect }: Engine, index: number, count: number): string {
  const { title } = dialect.facts;
  return count > 1 ? `${index + 1} ${title}` : title;
}

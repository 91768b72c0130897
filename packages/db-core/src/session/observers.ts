/** Several observers of one scope, as one. */
import type { EventDetails } from '../engine/events';
import type { ScopeEvent, ScopeObserver } from './scope';

export class Observers implements ScopeObserver {
  readonly all: readonly ScopeObserver[];

  constructor(all: readonly ScopeObserver[]) {
    this.all = all;
  }

  /** That of the first which asks where a statement comes from. */
  location(): string | undefined {
    for (const each of this.all) if (each.location) return each.location();
    return undefined;
  }

  note(event: ScopeEvent, details: EventDetails): void {
    for (const each of this.all) each.note(event, details);
  }
}

/** Who watches a scope, and several of them as one. */
import type { ConnectionEvent, EventDetails } from '../engine/events';

/** `forgotten-commit`: a request was answered with success, and what it wrote was not committed. */
export type ScopeEvent =
  | ConnectionEvent
  | 'session-opened'
  | 'session-removed'
  | 'forgotten-commit';

/** Watches what a scope's sessions and their connections do. */
export interface ScopeObserver {
  /** The place in the code that asks for a statement; called while the stack is the caller's. */
  location?(): string | undefined;
  /** Called when something has happened in the scope. */
  note(event: ScopeEvent, details: EventDetails): void;
}

export class Observers implements ScopeObserver {
  readonly all: readonly ScopeObserver[];

  constructor(all: readonly ScopeObserver[]) {
    this.all = all.flatMap((each) => (each instanceof Observers ? each.all : [each]));
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

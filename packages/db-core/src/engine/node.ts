/** One of an engine's servers: what it has said of itself, and when it may be tried again after it has failed. */
import type { ServerState } from '../dialects/server-state';
import type { DatabaseUrl } from '../dialects/url';
import type { PoolStatus } from './pool';

/** After the first failure, doubled with each further one. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** What a server has said of itself: whether it takes writes. */
export type NodeRole = 'primary' | 'replica' | 'unknown';

/** A server of the engine, as `engine.status()` shows it. */
export interface NodeStatus {
  /** Where it listens, `db1:5432`; undefined for SQLite. */
  readonly node: string | undefined;
  /** As it has said when it was asked last: whether it takes writes, or replays another's. */
  readonly role: NodeRole;
  /** Whether transactions go there now. */
  readonly isWriter: boolean;
  /** Why it is left out at the moment; undefined where it is not. */
  readonly leftOut: string | undefined;
  /** By how much it was behind, in milliseconds, when it was asked last; undefined where that is not known. */
  readonly lagMs: number | undefined;
  /** Its connections; undefined where it has had none. */
  readonly pool: PoolStatus | undefined;
}

export class Node {
  readonly url: DatabaseUrl;
  /** As it has said when it was asked last; undefined since it failed. */
  state: ServerState | undefined;
  /** Up to where it is known to have replayed. */
  reached: string | undefined;
  #askedAt = -Infinity;
  /** When it was last known how far it is behind, and by how much. */
  #lag: { readonly ms: number; readonly at: number } | undefined;
  #failures = 0;
  #pausedUntil = -Infinity;
  #why: string | undefined;

  constructor(url: DatabaseUrl) {
    this.url = url;
  }

  get name(): string {
    return this.url.node ?? String(this.url);
  }

  get role(): NodeRole {
    if (!this.state) return 'unknown';
    return this.state.writable ? 'primary' : 'replica';
  }

  /** Why it is left out; undefined where it may be tried. */
  get leftOut(): string | undefined {
    return this.isPaused ? this.#why : undefined;
  }

  get isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  /** How far it is behind; where it does not tell any more, it has got further behind since. */
  get lagMs(): number | undefined {
    if (this.state?.lagMs !== undefined || !this.state?.isReplica) return this.state?.lagMs;
    return this.#lag && this.#lag.ms + performance.now() - this.#lag.at;
  }

  /** Whether it was asked within the last `ms`. */
  isFresh(ms: number): boolean {
    return performance.now() - this.#askedAt < ms;
  }

  answered(state: ServerState): void {
    this.state = state;
    this.#askedAt = performance.now();
    if (state.lagMs !== undefined) this.#lag = { ms: state.lagMs, at: this.#askedAt };
    this.#failures = 0;
    this.#pausedUntil = -Infinity;
    this.#why = undefined;
  }

  /** It is left out for a while, each time longer, and tried again after that by whoever comes then. @param why as a message for people */
  failed(why: string): void {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS);
    this.#pausedUntil = performance.now() + pause * (0.75 + Math.random() / 4);
    this.#askedAt = -Infinity;
    this.state = undefined;
    this.#why = why;
  }
}

/** What a server says of itself: whether it takes writes, and how far its copy of the data is. */

export interface ServerState {
  /** Whether it takes writes. */
  readonly writable: boolean;
  /** Whether it replays what another server has written (PostgreSQL's standby, MariaDB's replica). */
  readonly isReplica: boolean;
  /** Whether it is a node of a cluster in which all take writes (Galera). */
  readonly isInCluster: boolean;
  /** Why it must not be used although it answers, as a sentence goes on after "it": `has lost its quorum`. */
  readonly unfit: string | undefined;
  /** By how much a replica is behind, in milliseconds; undefined where the server does not tell. */
  readonly lagMs: number | undefined;
  /** The cluster that the data belongs to, the same for a server and its replicas; undefined where the server knows none. */
  readonly system: string | undefined;
}

/** libpq's `target_session_attrs`. */
export const TARGETS = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;
export type Target = (typeof TARGETS)[number];

/**
 * Why a server is not what is looked for, as a sentence goes on after "it"; undefined where it is.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */
export function mismatch(target: Target, state: ServerState): string | undefined {
  if (state.unfit !== undefined) return state.unfit;
  switch (target) {
    case 'any':
    case 'prefer-standby':
      return undefined;
    case 'read-write':
      return state.writable ? undefined : 'takes no writes';
    case 'read-only':
      return state.writable ? 'takes writes' : undefined;
    case 'primary':
      return state.isReplica ? 'is a standby' : undefined;
    case 'standby':
      return state.isReplica ? undefined : 'is no standby';
  }
}

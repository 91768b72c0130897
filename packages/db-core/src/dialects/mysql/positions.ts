/**
 * Positions in MariaDB's binary log: one `domain-server-sequence` for each domain. In a Galera cluster a node is asked for
 * everything that was committed before it is asked, on whichever node, so there the position has no number.
 *
 * @see https://mariadb.com/kb/en/gtid/
 */
import type { Positions } from '../dialect';
import { changedVariables } from './answers';

/** Everything that a cluster has committed until a node is asked for it. */
export const EVERYTHING_SO_FAR = 'all';

/** The answer to COMMIT then has the position. */
export const TRACK_POSITION =
  "session_track_system_variables = concat(@@session_track_system_variables, ',last_gtid')";

const GTID_LIST = /^\d+-\d+-\d+(?:,\d+-\d+-\d+)*$/;

export const mysqlPositions: Positions = {
  covers(reached, wanted) {
    if (wanted === EVERYTHING_SO_FAR) return false; // what was so until now says nothing of the next time
    const there = sequencesOf(reached);
    return [...sequencesOf(wanted)].every(
      ([domain, sequence]) => (there.get(domain) ?? -1n) >= sequence,
    );
  },
  join(one, other) {
    if (one === EVERYTHING_SO_FAR || other === EVERYTHING_SO_FAR) return EVERYTHING_SO_FAR;
    const all = new Map<string, string>();
    for (const gtid of [...one.split(','), ...other.split(',')]) {
      const known = all.get(domainOf(gtid));
      if (known === undefined || sequenceOf(gtid) > sequenceOf(known))
        all.set(domainOf(gtid), gtid);
    }
    return [...all.values()].join(',');
  },
  isPosition: (text) => text === EVERYTHING_SO_FAR || GTID_LIST.test(text),
};

/** What the answer to COMMIT says; undefined where the server keeps no binary log. @param answer of mysql2 */
export function positionIn(answer: readonly unknown[]): string | undefined {
  return changedVariables(answer).last_gtid || undefined;
}

/** A statement that waits until a server has replayed what stands at `position`. */
export function waitFor(
  position: string,
  timeoutMs: number,
): { readonly sql: string; readonly isReached: (answer: unknown) => boolean } {
  if (position === EVERYTHING_SO_FAR)
    return { sql: 'SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1', isReached: () => true };
  return {
    sql: `SELECT MASTER_GTID_WAIT('${position}', ${timeoutMs / 1000})`,
    isReached: (answer) => Number(answer) === 0,
  };
}

/** A node that did not get there in its own time says so as a lock that was not given. */
export function isWaitOver(error: unknown): boolean {
  return (error as { errno?: number }).errno === 1205;
}

function sequencesOf(position: string): Map<string, bigint> {
  return new Map(position.split(',').map((gtid) => [domainOf(gtid), sequenceOf(gtid)]));
}

function domainOf(gtid: string): string {
  return gtid.slice(0, gtid.indexOf('-'));
}

function sequenceOf(gtid: string): bigint {
  return BigInt(gtid.slice(gtid.lastIndexOf('-') + 1));
}

/**
 * Positions in PostgreSQL's write-ahead log, as `0/16B3740`.
 *
 * @see https://www.postgresql.org/docs/current/datatype-pg-lsn.html
 */
import type { Positions } from '../dialect';

const LSN = /^([\dA-F]{1,8})\/([\dA-F]{1,8})$/i;

/** What the server has written, or a standby has replayed; in a statement of its own, since what comes with a read is newer than its snapshot. */
export const CURRENT_POSITION =
  'SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END)::text AS position';

export const postgresqlPositions: Positions = {
  covers: (reached, wanted) => numberOf(reached) >= numberOf(wanted),
  join: (one, other) => (numberOf(one) >= numberOf(other) ? one : other),
  isPosition: (text) => LSN.test(text),
};

function numberOf(position: string): bigint {
  const [, high = '0', low = '0'] = LSN.exec(position) ?? [];
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

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

/** How a server lays its log out, in bytes. */
export interface LogLayout {
  readonly page: number;
  readonly segment: number;
}

const PAGE_HEADER = 24n;
const SEGMENT_HEADER = 40n;

/**
 * Where the last record ends, of the place for the next one: behind a page that is full that is after the header of a page
 * which nobody has written yet, and a standby does not get there before something else is written.
 *
 * @see https://doxygen.postgresql.org/xlog_8c.html (XLogBytePosToRecPtr, XLogBytePosToEndRecPtr)
 */
export function endOfLastRecord(insert: string, { page, segment }: LogLayout): string {
  const place = numberOf(insert);
  if (place % BigInt(segment) === SEGMENT_HEADER) return textOf(place - SEGMENT_HEADER);
  return place % BigInt(page) === PAGE_HEADER ? textOf(place - PAGE_HEADER) : insert;
}

export const postgresqlPositions: Positions = {
  covers: (reached, wanted) => numberOf(reached) >= numberOf(wanted),
  join: (one, other) => (numberOf(one) >= numberOf(other) ? one : other),
  isPosition: (text) => LSN.test(text),
};

function numberOf(position: string): bigint {
  const [, high = '0', low = '0'] = LSN.exec(position) ?? [];
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function textOf(place: bigint): string {
  const low = place & 0xffffffffn;
  return `${(place >> 32n).toString(16)}/${low.toString(16)}`.toUpperCase();
}

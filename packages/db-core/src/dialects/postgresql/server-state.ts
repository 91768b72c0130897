/** What a PostgreSQL server says of its place among others. */
import type { ServerState } from '../server-state';
import type { LogLayout } from './positions';

/**
 * A standby that has replayed all it has got, and that still gets more, is not behind. Where nothing comes in any more it is as
 * old as the last transaction in it.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
 */
export const SERVER_STATE =
  "SELECT pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') = 'on' AS read_only, " +
  '(SELECT system_identifier FROM pg_control_system())::text AS system, ' +
  'CASE WHEN NOT pg_is_in_recovery() THEN 0 ' +
  'WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0 ' +
  'ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 END::float8 AS lag, ' +
  "(SELECT setting::int FROM pg_settings WHERE name = 'wal_block_size') AS page, " +
  "(SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size') AS segment";

export interface StateRow extends LogLayout {
  readonly standby: boolean;
  readonly read_only: boolean;
  readonly system: string;
  /** Null where nothing was replayed since the start. */
  readonly lag: number | null;
}

export function stateOf({ standby, read_only, system, lag }: StateRow): ServerState {
  return {
    writable: !standby && !read_only,
    isReplica: standby,
    isInCluster: false,
    unfit: undefined,
    lagMs: lag ?? undefined,
    system,
  };
}

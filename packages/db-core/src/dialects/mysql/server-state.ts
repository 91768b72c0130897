/** What a MariaDB or MySQL server says of its place among others: a replica, a node of a Galera cluster, or alone. */
import type { CursorResult } from '../driver-connection';
import type { ServerState } from '../server-state';

type Ask = (sql: string) => Promise<CursorResult>;

const CLUSTER =
  "SHOW GLOBAL STATUS WHERE variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_cluster_state_uuid')";

/** Access denied, and no such statement: it cannot be told then. */
const NOT_TOLD = new Set([1227, 1064]);

/** With whether it keeps a binary log, in which what was committed has a position. */
export async function askState(ask: Ask): Promise<ServerState & { readonly keepsLog: boolean }> {
  const { rows } = await ask('SELECT @@global.read_only, @@global.log_bin');
  const cluster = wordsOf(await ask(CLUSTER));
  const uuid = cluster.get('wsrep_cluster_state_uuid') ?? '';
  const isInCluster = uuid !== '' && cluster.has('wsrep_ready');
  const writable = Number(rows[0]?.[0]) === 0;
  const replication = await replicationOf(ask, writable);
  return {
    writable,
    isReplica: replication !== undefined,
    unfit: isInCluster ? unfitInCluster(cluster) : unfitToReplay(replication),
    lagMs: isInCluster ? 0 : lagOf(replication),
    isInCluster,
    system: isInCluster ? uuid : undefined,
    keepsLog: Number(rows[0]?.[1]) === 1,
  };
}

function unfitInCluster(cluster: ReadonlyMap<string, string>): string | undefined {
  if (cluster.get('wsrep_cluster_status') !== 'Primary') return 'has lost its quorum';
  return cluster.get('wsrep_ready') === 'ON' ? undefined : 'is not ready yet';
}

/** What a replica says of its replication; undefined where it is none. */
type Replication = ReadonlyMap<string, string> | 'not told' | undefined;

/** Where the user may not know it, a server that takes no writes counts as a replica, and one that does as none. */
async function replicationOf(ask: Ask, writable: boolean): Promise<Replication> {
  try {
    const answer = await ask('SHOW SLAVE STATUS');
    return answer.rows.length > 0 ? rowOf(answer) : undefined;
  } catch (error) {
    if (!NOT_TOLD.has((error as { errno?: number }).errno ?? 0)) throw error;
    return writable ? undefined : 'not told';
  }
}

function unfitToReplay(replication: Replication): string | undefined {
  if (replication === 'not told') return undefined;
  return replication?.get('Slave_SQL_Running') === 'No' ? 'has stopped replaying' : undefined;
}

/** In whole seconds, as the server counts; undefined while it gets nothing from its primary, and where it is not told. */
function lagOf(replication: Replication): number | undefined {
  if (replication === undefined) return 0;
  if (replication === 'not told') return undefined;
  const seconds = replication.get('Seconds_Behind_Master');
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Of a result of two columns. */
function wordsOf({ rows }: CursorResult): Map<string, string> {
  return new Map(rows.map(([name, value]) => [String(name), String(value)]));
}

/** The first row, without what is null. */
function rowOf({ columns, rows: [row = []] }: CursorResult): Map<string, string> {
  const all = columns.map((name, i): [string, unknown] => [name, row[i]]);
  return new Map(
    all.filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)]),
  );
}

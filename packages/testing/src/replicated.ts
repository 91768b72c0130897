/** Servers that replicate each other, for tests of what an app does with several: a primary with a replica, and a Galera cluster. */
import type { FreshDatabase } from './fresh-database';
import type { ServerControl } from './own-server';
import type { EngineName } from './engines';
import { askServer } from './ask-server';
import { describeUnless, whatIsMissing } from './describe-unless';
import { freshDatabase } from './fresh-database';
import { startServer } from './own-server';
import { until } from './until';
import { hostsOf, withHosts } from './with-hosts';

type ServerName = Exclude<EngineName, 'sqlite'>;

export interface Replicated {
  readonly primary: ServerControl;
  readonly replica: ServerControl;
  /** Of the primary, and the same on the replica. */
  readonly database: FreshDatabase;
  readonly replicaUrl: string;
  /** From now on the primary answers a COMMIT when the replica has it, so that none is lost with the primary. */
  synchronize(): Promise<void>;
  /** Makes a primary of the replica, when it has replayed all that it has got. */
  promote(): Promise<void>;
  /** Lets the replica replay nothing until `replay`. */
  pause(): Promise<void>;
  replay(): Promise<void>;
  stop(): Promise<void>;
}

export interface Galera {
  readonly nodes: readonly ServerControl[];
  /** The same database on each node. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** What the servers are told, in the words of their database. */
interface Words {
  readonly promote: readonly string[];
  readonly pause: readonly string[];
  readonly replay: readonly string[];
  /** To the primary, and to the replica. */
  readonly synchronize: readonly [readonly string[], readonly string[]];
}

const WORDS: Readonly<Record<ServerName, Words>> = {
  postgres: {
    promote: ['SELECT pg_promote()'],
    pause: ['SELECT pg_wal_replay_pause()'],
    replay: ['SELECT pg_wal_replay_resume()'],
    synchronize: [
      ["ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()'],
      [],
    ],
  },
  mariadb: {
    promote: ['STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only = 0'],
    pause: ['STOP SLAVE SQL_THREAD'],
    replay: ['START SLAVE SQL_THREAD'],
    synchronize: [
      [
        "SET GLOBAL rpl_semi_sync_master_wait_point = 'AFTER_SYNC'",
        'SET GLOBAL rpl_semi_sync_master_timeout = 60000',
        'SET GLOBAL rpl_semi_sync_master_enabled = 1',
      ],
      [
        'SET GLOBAL rpl_semi_sync_slave_enabled = 1',
        'STOP SLAVE IO_THREAD',
        'START SLAVE IO_THREAD',
      ],
    ],
  },
};

/**
 * Starts a primary with one empty database, and a replica that has it too.
 *
 * @throws Error when the machine has no such server.
 */
export async function startReplicated(engine: ServerName): Promise<Replicated> {
  const more = engine === 'mariadb' ? [...replicated(), '--server-id=1'] : [];
  const primary = await startServer(engine, ...more);
  const kind = engine === 'mariadb' ? 'mariadb-replica' : 'postgres-standby';
  const replica = await startServer(kind, primary.url);
  const database = await freshDatabase(engine, primary.url);
  const words = WORDS[engine];
  const tell = async (statements: readonly string[], { url } = replica): Promise<void> => {
    for (const statement of statements) await askServer(engine, url, statement);
  };
  const replicaUrl = withHosts(database.url, hostsOf(replica.url));
  await reached(() => askServer(engine, replicaUrl, 'SELECT 1'));
  return {
    primary,
    replica,
    database,
    replicaUrl,
    synchronize: async () => {
      const [ofPrimary, ofReplica] = words.synchronize;
      await tell(ofPrimary, primary);
      await tell(ofReplica);
      await until(() => isSynchronous(engine, primary.url));
    },
    promote: async () => {
      if (engine === 'mariadb') await until(() => hasReplayedAll(replica.url));
      await tell(words.promote);
    },
    pause: () => tell(words.pause),
    replay: () => tell(words.replay),
    stop: async () => void (await Promise.all([primary.stop(), replica.stop()])),
  };
}

/**
 * Starts three nodes, one after the other, with one empty database.
 *
 * @throws Error when the machine has no Galera library.
 */
export async function startGalera(): Promise<Galera> {
  const servers = require('../servers/index.cjs') as { startNodes(): Promise<ServerControl[]> };
  const nodes = await servers.startNodes();
  const [first] = nodes as [ServerControl];
  const database = await freshDatabase('mariadb', first.url);
  const urls = nodes.map(({ url }) => withHosts(database.url, hostsOf(url)));
  for (const url of urls) await reached(() => askServer('mariadb', url, 'SELECT 1'));
  return {
    nodes,
    urls,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

/**
 * A describe block about several servers. A run without them has one skipped line in its place; under CI they must be there,
 * unless `TEST_CLUSTERS=off` says that they cannot be had.
 */
export function describeServers(
  kind: ServerName | 'galera',
  title: string,
  suite: () => void,
): void {
  const { provider } = require('../servers/galera.cjs') as { provider(): string };
  const galera = { name: 'Galera', find: provider, variable: 'TEST_CLUSTERS' };
  const lacks = kind === 'galera' ? whatIsMissing('mariadb', galera) : whatIsMissing(kind);
  describeUnless(lacks, title, suite);
}

function replicated(): readonly string[] {
  return (require('../servers/mariadb-replica.cjs') as { REPLICATED: readonly string[] })
    .REPLICATED;
}

async function isSynchronous(engine: ServerName, url: string): Promise<boolean> {
  const [row] =
    engine === 'postgres'
      ? await askServer(engine, url, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
      : await askServer(
          engine,
          url,
          "SHOW STATUS WHERE variable_name = 'Rpl_semi_sync_master_clients' AND value > 0",
        );
  return row !== undefined;
}

/** Stopping a replica of MariaDB stops it in the middle of what it has got; PostgreSQL's promotion waits by itself. */
async function hasReplayedAll(url: string): Promise<boolean> {
  const [row] = await askServer('mariadb', url, 'SHOW SLAVE STATUS');
  return String(row?.['Slave_SQL_Running_State']).includes('has read all relay log');
}

/** The database comes to the others a moment later. */
async function reached(knock: () => Promise<unknown>): Promise<void> {
  await until(() =>
    knock().then(
      () => true,
      () => false,
    ),
  );
}

/** The databases of `npm run soak -- --cluster`: several servers, and what happens to them. */
import { setTimeout as delay } from 'node:timers/promises';
import { Probe } from '@quartet/conformance';
import type { EngineName } from '@quartet/testing';
import {
  childrenOf,
  hostsOf,
  ownServer,
  startGalera,
  startPooler,
  startReplicated,
  until,
  withHosts,
} from '@quartet/testing';
import type { Apps, Style } from './apps';

/** Something that happens to the servers, or to an app. */
export interface Event {
  readonly name: string;
  /** Resolves when the database, or the app, works again by itself: how long that took is not the apps' own fault. */
  run(apps: Apps): Promise<void>;
}

export interface Site {
  readonly name: string;
  readonly engine: EngineName;
  /** Apps with several processes. */
  readonly processes?: Readonly<Partial<Record<Style, number>>>;
  /** As the apps reach it. */
  readonly appUrl: string;
  /** Where the truth is at the end. */
  probeUrl(): string;
  readonly events: readonly Event[];
  stop(): Promise<void>;
}

/** An operator, or Patroni, needs a moment to see that a primary is gone. */
const NOTICED_MS = 1_000;
const POOLER_AWAY_MS = 1_000;

export const SITES: Readonly<Record<string, () => Promise<Site>>> = {
  async standby() {
    const servers = await startReplicated('postgres');
    await servers.synchronize();
    const { database, replicaUrl, primary } = servers;
    let truth = database.url;
    return {
      name: 'primary and standby',
      engine: 'postgres',
      appUrl: withHosts(database.url, hostsOf(database.url, replicaUrl), 'readsFrom=replicas'),
      probeUrl: () => truth,
      processes: { 'sql-builder': 2 },
      events: [
        killProcessOf('sql-builder'),
        {
          name: 'primary killed, standby promoted',
          run: async () => {
            await primary.kill();
            await delay(NOTICED_MS);
            await servers.promote();
            truth = replicaUrl;
            await works('postgres', replicaUrl);
          },
        },
      ],
      stop: servers.stop,
    };
  },

  async galera() {
    const cluster = await startGalera();
    const [first, second] = cluster.urls as [string, string, string];
    const [node] = cluster.nodes;
    return {
      name: 'three nodes of Galera',
      engine: 'mariadb',
      appUrl: withHosts(first, hostsOf(...cluster.urls)),
      probeUrl: () => second,
      events: [
        {
          name: 'the node of all transactions killed',
          run: async () => {
            await node?.kill();
            await works('mariadb', second);
          },
        },
        {
          name: 'it comes back',
          run: async () => {
            await node?.up();
            await works('mariadb', first);
          },
        },
      ],
      stop: cluster.stop,
    };
  },

  async pooler() {
    const server = await ownServer('postgres');
    const pooler = await startPooler([], server.url);
    const through = pooler.through(server.database.url);
    return {
      name: 'behind PgBouncer',
      engine: 'postgres',
      appUrl: `${through}?failoverTimeoutMs=10000`,
      probeUrl: () => server.database.url,
      events: [
        {
          name: 'PgBouncer restarted',
          run: async () => {
            await pooler.down();
            await delay(POOLER_AWAY_MS);
            await pooler.up();
            await works('postgres', through);
          },
        },
      ],
      stop: async () => {
        await pooler.stop();
        await server.stop();
      },
    };
  },
};

/** One of several. */
function killProcessOf(style: Style): Event {
  return {
    name: `one of two processes of ${style} killed`,
    run: async (apps) => {
      const processes = (): number[] => childrenOf(apps.pid(style));
      await until(() => processes().length > 1);
      const [one = 0] = processes();
      process.kill(one, 'SIGKILL');
      await until(() => processes().length > 1 && !processes().includes(one));
    },
  };
}

/** Resolves when a row can be written and is kept. */
async function works(engine: EngineName, url: string): Promise<void> {
  await until(async () => {
    try {
      const probe = await Probe.open(engine, url);
      try {
        await probe.rows("INSERT INTO tags (name) VALUES ('soak')");
        await probe.rows("DELETE FROM tags WHERE name = 'soak'");
        return true;
      } finally {
        await probe.close();
      }
    } catch {
      return false;
    }
  });
}

'use strict';
// Several servers in the place of one, for suites that are written for one: what a database is reached through, in place of the
// address of its server.
const { startNodes, startServer } = require('./index.cjs');

/**
 * @typedef {object} SetUp
 * @property {'postgres' | 'mariadb'} engine
 * @property {string} url the server that tests look into themselves
 * @property {string} through hosts and parameters of a URL for the app: `127.0.0.1:1,127.0.0.1:2?readsFrom=replicas`
 * @property {() => Promise<void>} stop
 */

/** @type {Record<string, () => Promise<SetUp>>} */
exports.SET_UPS = {
  /** A primary that answers a COMMIT when its standby has replayed it, so that a read there is never older. */
  standby: async () => {
    const primary = await startServer(
      'postgres',
      'synchronous_commit=remote_apply',
      'synchronous_standby_names=*',
    );
    const standby = await startServer('postgres-standby', primary.url);
    const hosts = [standby, primary].map(hostOf).join(',');
    return setUp('postgres', primary, `${hosts}?readsFrom=replicas`, [standby, primary]);
  },
  /** PgBouncer in transaction mode with its default configuration. */
  pooler: async () => {
    const server = await startServer('postgres');
    const pooler = await startServer('pgbouncer', server.url);
    return setUp('postgres', server, hostOf(pooler), [pooler, server]);
  },
  'galera-1': () => cluster(0),
  'galera-2': () => cluster(1),
  'galera-3': () => cluster(2),
};

/** Three nodes, of which the one comes first in the list that is looked into. */
async function cluster(first) {
  const nodes = await startNodes();
  const order = [...nodes.slice(first), ...nodes.slice(0, first)];
  return setUp('mariadb', order[0], order.map(hostOf).join(','), nodes);
}

function setUp(engine, { url }, through, servers) {
  return {
    engine,
    url,
    through,
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
}

function hostOf({ url }) {
  return new URL(url).host;
}

'use strict';
// One node of a Galera cluster of MariaDB servers on this machine. All nodes know the ports of all; the first makes the cluster.
const fs = require('node:fs');
const { createConnection } = require('mysql2/promise');
const { freePort } = require('./process.cjs');
const mariadb = require('./mariadb.cjs');

const PROVIDERS = [
  '/usr/lib/galera/libgalera_smm.so',
  '/usr/lib64/galera-4/libgalera_smm.so',
  '/usr/lib64/galera/libgalera_smm.so',
  '/opt/homebrew/lib/libgalera_smm.so',
];
const READY_DEADLINE_MS = 120_000;

/**
 * @param {string} folder an empty folder, owned by whom `account` names; with `again`, one that was served before
 * @param {number | undefined} again the port on which it was
 * @param {string} list the ports by which the nodes talk to each other, `5000,5010,5020`; of each the two behind it as well
 * @param {string} which node of the list it is, from 0
 * @returns {Promise<import('./process.cjs').Server>}
 */
exports.launch = async (folder, again, list, which) => {
  const ports = list.split(',').map(Number);
  const index = Number(which);
  const port = ports[index];
  const launched = await mariadb.launch(
    folder,
    again,
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    '--wsrep-on=ON',
    `--wsrep-provider=${exports.provider()}`,
    '--wsrep-cluster-name=quartet',
    `--wsrep-node-name=node${index + 1}`,
    `--wsrep-node-address=127.0.0.1:${port}`,
    `--wsrep-cluster-address=gcomm://${ports.map((each) => `127.0.0.1:${each}`).join(',')}`,
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=127.0.0.1:${port + 2}`,
    '--wsrep-slave-threads=2',
    `--wsrep-provider-options=base_port=${port};gmcast.listen_addr=tcp://127.0.0.1:${port};ist.recv_addr=127.0.0.1:${port + 1};gcache.size=32M;pc.recovery=FALSE`,
    ...(index === 0 && !again ? ['--wsrep-new-cluster'] : []),
  );
  await synced(launched.url);
  return launched;
};

exports.owner = mariadb.owner;

/** Three ports that nobody has, with room behind each. */
exports.ports = async () => {
  const first = await freePort();
  return [first, first + 10, first + 20];
};

/** @throws Error that says how to install what is missing */
exports.provider = () => {
  mariadb.binaries();
  const file = PROVIDERS.find((each) => fs.existsSync(each));
  if (file) return file;
  throw new Error('no Galera library on this machine (Debian, Ubuntu: apt-get install galera-4)');
};

/** Logging in is possible before the node has the cluster's data. */
async function synced(url) {
  const deadline = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    const isLate = Date.now() > deadline;
    const connection = await createConnection(url);
    try {
      const [rows] = await connection.query("SHOW STATUS LIKE 'wsrep_local_state_comment'");
      if (rows[0]?.Value === 'Synced') return;
      if (isLate) throw new Error(`the node is still ${rows[0]?.Value}`);
    } finally {
      await connection.end();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

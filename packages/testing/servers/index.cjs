'use strict';
// Real database servers for tests: private data folders below the system's temporary folder, free
// loopback ports, no fsync. Nothing is left of them when the process that started them has ended.
const { fork } = require('node:child_process');
const path = require('node:path');

/** The engines that need a server, in the order in which they are started. */
exports.SERVERS = ['postgres', 'mariadb'];

/** The environment variable that says where the engine's server is. */
exports.addressVariable = (engine) => `TEST_${engine.toUpperCase()}_URL`;

/** The environment variable that says what apps reach its databases through, see set-ups.cjs. */
exports.throughVariable = (engine) => `TEST_${engine.toUpperCase()}_THROUGH`;

/**
 * Starts one server.
 *
 * @param {'postgres' | 'mariadb' | 'pgbouncer' | 'postgres-standby' | 'mariadb-replica' | 'galera'} engine
 * @param {...string} more for `postgres` and `mariadb`: further settings; for `pgbouncer`, `postgres-standby` and
 *   `mariadb-replica`: the address of the server behind or before it, and further settings; for `galera` see galera.cjs
 * @returns {Promise<{ url: string, stop(): Promise<void>, down(): Promise<void>, up(): Promise<void>,
 *   kill(): Promise<void>, freeze(): Promise<void>, thaw(): Promise<void> }>}
 *   `down` ends the server in order, `kill` without a word, `up` starts it again with its data on its port, and rejects
 *   when it cannot; `freeze` stops its processes where they are until `thaw`
 * @throws Error that says why it cannot be started, in one line where the cause is known
 */
exports.startServer = (engine, ...more) =>
  new Promise((resolve, reject) => {
    const child = fork(path.join(__dirname, 'supervisor.cjs'), [engine, ...more], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    let said = '';
    child.stderr?.on('data', (data) => {
      said += data;
    });
    const ended = new Promise((over) => child.once('exit', over));
    const stop = async () => {
      if (child.connected) child.disconnect();
      await ended;
    };
    const ask = async (wish) => {
      const done = new Promise((over) => child.once('message', over));
      const lost = ended.then(() => Promise.reject(new Error(said.trim() || 'the server is gone')));
      child.send(wish);
      await Promise.race([done, lost]);
    };
    const wishes = {
      down: () => ask('down'),
      up: () => ask('up'),
      kill: () => ask('kill'),
      freeze: () => ask('freeze'),
      thaw: () => ask('thaw'),
    };
    child.once('message', (/** @type {{ url: string }} */ { url }) =>
      resolve({ url, stop, ...wishes }),
    );
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(said.trim() || `it exited with ${code}`)));
  });

/** Starts the three nodes of a Galera cluster, one after the other; what each is, see `startServer`. */
exports.startNodes = async () => {
  const list = (await require('./galera.cjs').ports()).join(',');
  const nodes = [];
  for (const which of ['0', '1', '2']) nodes.push(await exports.startServer('galera', list, which));
  return nodes;
};

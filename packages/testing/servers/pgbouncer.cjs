'use strict';
// PgBouncer as it is installed, in transaction mode, in front of a PostgreSQL server: every other setting is its default.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Client } = require('pg');
const { account, find, freePort, ready } = require('./process.cjs');

/**
 * @param {string} folder an empty folder, owned by whom `account` names; with `again`, one that was served before
 * @param {number | undefined} again the port on which it was
 * @param {string} target the address of the server behind it
 * @param {...string} settings further lines of the configuration
 * @returns {Promise<import('./process.cjs').Server>}
 */
exports.launch = async (folder, again, target, ...settings) => {
  const file = exports.binary();
  const { hostname, port: targetPort, username, password, pathname } = new URL(target);
  const port = await freePort(again);
  const users = path.join(folder, 'users');
  const config = path.join(folder, 'config.ini');
  fs.writeFileSync(users, `"${username}" "${password}"\n`);
  fs.writeFileSync(
    config,
    [
      '[databases]',
      `* = host=${hostname} port=${targetPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      ...settings,
      '',
    ].join('\n'),
  );
  const log = fs.openSync(path.join(folder, 'log'), 'a');
  const options = { ...exports.owner(), cwd: folder };
  const child = spawn(file, ['-q', config], { ...options, stdio: ['ignore', log, log] });
  const url = `postgresql://${username}:${password}@127.0.0.1:${port}${pathname}`;
  await ready(child, () => logIn(url));
  return { child, stopSignal: 'SIGTERM', url };
};

async function logIn(url) {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // told by `connect` too
  await client.connect();
  await client.end();
}

exports.owner = () => account('postgres', 'nobody');

/** @throws Error that says how to install what is missing */
exports.binary = () => {
  const file = find('pgbouncer');
  if (file) return file;
  throw new Error('no PgBouncer on this machine (Debian, Ubuntu: apt-get install pgbouncer)');
};

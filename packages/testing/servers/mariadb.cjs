'use strict';
// A MariaDB server in a folder of its own. No npm package ships one: it is the machine's.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { PASSWORD, account, find, freePort, ready, run } = require('./process.cjs');

/**
 * @param {string} folder an empty folder, owned by whom `account` names; with `again`, one that was served before
 * @param {number} [again] the port on which it was
 * @param {...string} more further options of the server
 * @returns {Promise<import('./process.cjs').Server>}
 */
exports.launch = async (folder, again, ...more) => {
  const { createConnection } = require('mysql2/promise'); // not before: the doctor asks for `binaries` before an install
  const { server, install } = exports.binaries();
  const options = { ...exports.owner(), cwd: folder };
  const data = `--datadir=${path.join(folder, 'data')}`;
  const setting = [
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
  ];
  if (!again) run(install, ['--no-defaults', data, `--tmpdir=${folder}`, ...setting], options);
  const accounts = path.join(folder, 'accounts.sql');
  fs.writeFileSync(accounts, `ALTER USER root@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';\n`);
  const port = await freePort(again);
  const child = spawn(
    server,
    [
      '--no-defaults',
      data,
      `--tmpdir=${folder}`,
      `--socket=${path.join(folder, 's')}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      `--log-error=${path.join(folder, 'log.err')}`,
      `--init-file=${accounts}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--skip-name-resolve',
      // Fast and forgetful: the data is thrown away, so nothing waits for the disk. A commit survives the server, not the machine.
      '--innodb-flush-log-at-trx-commit=2',
      '--innodb-flush-method=nosync',
      '--innodb-buffer-pool-size=64M',
      '--innodb-log-file-size=16M',
      '--performance-schema=OFF',
      '--max-connections=300',
      '--character-set-server=utf8mb4',
      ...more,
    ],
    { ...options, stdio: 'ignore' },
  );
  const url = `mysql://root:${PASSWORD}@127.0.0.1:${port}/mysql`;
  await ready(child, async () => await (await createConnection(url)).end());
  return { child, stopSignal: 'SIGTERM', url };
};

exports.owner = () => account('mysql', 'nobody');

/** @throws Error that says how to install what is missing */
exports.binaries = () => {
  const server = find('mariadbd');
  const install = find('mariadb-install-db');
  if (server && install) return { server, install };
  throw new Error(
    'no MariaDB server on this machine (Debian, Ubuntu: apt-get install mariadb-server; macOS: brew install mariadb)',
  );
};

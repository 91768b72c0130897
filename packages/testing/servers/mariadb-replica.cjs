'use strict';
// A replica of a MariaDB server that keeps a binary log: empty at first, it replays everything from the beginning.
const { createConnection } = require('mysql2/promise');
const mariadb = require('./mariadb.cjs');

/** What a server needs that others replay, and what it needs to be one of those others after a failover. */
exports.REPLICATED = ['--log-bin=binlog', '--log-slave-updates', '--binlog-format=ROW'];

/**
 * @param {string} folder an empty folder, owned by whom `account` names; with `again`, one that was served before
 * @param {number | undefined} again the port on which it was
 * @param {string} primary the address of the server that it follows
 * @returns {Promise<import('./process.cjs').Server>}
 */
exports.launch = async (folder, again, primary) => {
  const launched = await mariadb.launch(
    folder,
    again,
    ...exports.REPLICATED,
    '--server-id=2',
    '--read-only',
  );
  if (!again) await follow(launched.url, primary);
  return launched;
};

exports.owner = mariadb.owner;

async function follow(url, primary) {
  const { hostname, port, username, password } = new URL(primary);
  const connection = await createConnection(url);
  try {
    await connection.query(
      `CHANGE MASTER TO master_host = '${hostname}', master_port = ${port}, master_user = '${username}', ` +
        `master_password = '${password}', master_use_gtid = slave_pos, master_connect_retry = 1`,
    );
    await connection.query('START SLAVE');
  } finally {
    await connection.end();
  }
}

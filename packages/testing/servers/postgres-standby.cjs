'use strict';
// A hot standby of a PostgreSQL server that runs on this machine: a copy of its data folder, taken while it works, that
// follows it from then on. The binaries are those of the primary; pg_basebackup is not among them.
const fs = require('node:fs');
const path = require('node:path');
const { Client } = require('pg');
const postgres = require('./postgres.cjs');
const { freePort } = require('./process.cjs');

/** Not part of a copy, as pg_basebackup leaves them out: what belongs to the running server. */
const LEFT_OUT = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/**
 * @param {string} folder an empty folder, owned by whom `account` names; with `again`, one that was served before
 * @param {number | undefined} again the port on which it was
 * @param {string} primary the address of the server that it follows
 * @param {...string} settings further settings of the server, `name=value`
 * @returns {Promise<import('./process.cjs').Server>}
 */
exports.launch = async (folder, again, primary, ...settings) => {
  if (!again) await copy(primary, folder);
  return await postgres.launch(folder, again ?? (await freePort()), ...settings);
};

exports.owner = postgres.owner;

async function copy(primary, folder) {
  const data = path.join(folder, 'data');
  const client = new Client({ connectionString: primary });
  await client.connect();
  try {
    const { rows } = await client.query('SHOW data_directory');
    await client.query("SELECT pg_backup_start('standby', true)");
    fs.cpSync(rows[0].data_directory, data, {
      recursive: true,
      // The server works meanwhile: a file may have gone.
      filter: (file) => !LEFT_OUT.has(path.basename(file)) && fs.existsSync(file),
    });
    const { rows: stopped } = await client.query('SELECT * FROM pg_backup_stop(false)');
    fs.writeFileSync(path.join(data, 'backup_label'), stopped[0].labelfile);
  } finally {
    await client.end();
  }
  for (const name of LEFT_OUT) if (!name.includes('.')) fs.mkdirSync(path.join(data, name));
  const { hostname, port, username } = new URL(primary);
  const conninfo = `host=${hostname} port=${port} user=${username} application_name=standby`;
  fs.appendFileSync(path.join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  fs.writeFileSync(path.join(data, 'standby.signal'), '');
  own(data);
}

/** The server insists on a folder of its own account that nobody else may open. */
function own(data) {
  const { uid, gid } = postgres.owner();
  if (uid !== undefined) {
    for (const file of [
      data,
      ...fs
        .readdirSync(data, { recursive: true, encoding: 'utf8' })
        .map((name) => path.join(data, name)),
    ])
      fs.lchownSync(file, uid, gid);
  }
  fs.chmodSync(data, 0o700);
}

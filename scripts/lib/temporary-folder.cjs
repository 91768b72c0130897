'use strict';
// Where the temporary files of tests and of their database servers go: to memory, where the machine has room for them
// there. On a disk MariaDB waits 25 ms for each table and PostgreSQL half a second for each database, and a run makes
// thousands of them.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

/** The folder that Linux keeps in memory. */
const IN_MEMORY = '/dev/shm';
/** What a file system in memory says that it is. */
const TMPFS = 0x01021994;
/** The tests need up to 2 GiB; the rest is for what runs. */
const ROOM = 6 * 1024 ** 3;

/**
 * @param {{ env?: NodeJS.ProcessEnv, folder?: string, room?: number }} [options] `room` in bytes
 * @returns {string} the folder of `TMPDIR` where it is set
 */
exports.temporaryFolder = ({ env = process.env, folder = IN_MEMORY, room = ROOM } = {}) =>
  !env.TMPDIR && hasRoom(folder, room) && runsPrograms(folder) ? folder : os.tmpdir();

/** In a container the folder may be small, and memory less than the machine's. */
function hasRoom(folder, room) {
  if (!fs.existsSync(folder)) return false;
  const { type, bavail, bsize } = fs.statfsSync(folder);
  return type === TMPFS && bavail * bsize >= room && process.availableMemory() >= room;
}

/** Some mount it so that nothing in it can be run: servers and tests have programs in their folders. */
function runsPrograms(folder) {
  let own;
  try {
    own = fs.mkdtempSync(path.join(folder, 'quartet-'));
    const program = path.join(own, 'program');
    fs.writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(program).status === 0;
  } catch {
    return false; // nobody may write there
  } finally {
    if (own) fs.rmSync(own, { recursive: true, force: true });
  }
}
